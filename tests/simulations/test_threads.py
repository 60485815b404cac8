"""The libraries' own threads, where the caller's threads occupy the cores."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from threadpoolctl import threadpool_limits

from simulations.threads import one_thread_each

torch = pytest.importorskip("torch")


def seen_by_a_new_thread():
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(torch.get_num_threads).result()


@pytest.fixture
def two_threads():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


@pytest.mark.usefixtures("two_threads")
def test_torch_has_one_thread_in_each_of_ours_and_two_again_afterwards():
    with threadpool_limits(limits=1):
        assert seen_by_a_new_thread() == 2  # which is why torch is asked apart
    with one_thread_each():
        assert torch.get_num_threads() == 1
        assert seen_by_a_new_thread() == 1
    assert torch.get_num_threads() == 2
    assert seen_by_a_new_thread() == 2
    with pytest.raises(KeyError), one_thread_each():
        raise KeyError
    assert torch.get_num_threads() == 2
