"""Files of numbers as people have them, and what is said of those that are none."""

import gzip

import numpy as np
import pytest

from bounds.support.tables import read_table

POINTS = [[0.5, -1.0], [2.25, 3e-5], [-0.125, 4.0]]


def written(path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    "text",
    [
        "0.5,-1\n2.25,3e-5\n-0.125,4\n",
        "x,y\n0.5,-1\n2.25,3e-5\n-0.125,4",
        "x;y\n0,5;-1\n2,25;3e-5\n-0,125;4\n",
        "0,5\t-1\r\n2,25\t3e-5\r\n-0,125\t4\r\n",
        "0.5 -1\n  2.25   3e-5\n-0.125 4\n\n",
        '"x","y"\n"0.5","-1"\n"2.25","3e-5"\n"-0.125","4"\n',
        "\ufeffx,y\n0.5,-1\n2.25,3e-5\n-0.125,4\n",
        "0.5,-1,\n2.25,3e-5,\n-0.125,4,\n",
        ",x,y\n0,0.5,-1\n1,2.25,3e-5\n2,-0.125,4\n",
        ",0,1\n0,0.5,-1\n1,2.25,3e-5\n2,-0.125,4\n",
        "Unnamed: 0,x,y\n3,0.5,-1\n7,2.25,3e-5\n4,-0.125,4\n",
        '"","x","y"\n"1",0.5,-1\n"2",2.25,3e-5\n"3",-0.125,4\n',
        ",x,y\na,0.5,-1\nb,2.25,3e-5\nc,-0.125,4\n",
        '"x" "y"\n"1" 0.5 -1\n"2" 2.25 3e-5\n"3" -0.125 4\n',
        "# made by hand\n0.5,-1\n2.25,3e-5\n-0.125,4\n",
    ],
)
@pytest.mark.parametrize("name", ["a.csv", "B.CSV", "ä b.txt", "c.tsv", "d.csv.gz"])
def test_text_is_read_however_it_is_separated(tmp_path, text, name):
    content = text.encode()
    path = written(tmp_path / name, gzip.compress(content) if name.endswith("gz") else content)
    np.testing.assert_array_equal(read_table(path, "centres"), POINTS)


@pytest.mark.parametrize("encoding", ["utf-16", "latin-1", "utf-8-sig"])
def test_encodings_of_the_header_do_not_matter(tmp_path, encoding):
    path = written(tmp_path / "a.csv", "größe;höhe\n0,5;-1\n2,25;3e-5\n-0,125;4".encode(encoding))
    np.testing.assert_array_equal(read_table(path, "centres"), POINTS)


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8", ">f8", "i4", "u1", "?"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_arrays_of_every_real_type_and_order(tmp_path, dtype, order):
    array = np.array([[0, 1], [1, 0], [1, 1]], dtype=dtype, order=order)
    np.save(tmp_path / "a.npy", array)
    np.savez(tmp_path / "a.npz", centres=array)
    for name in ("a.npy", "a.npz"):
        found = read_table(tmp_path / name, "centres")
        assert found.dtype == np.float64
        assert found.flags.c_contiguous
        np.testing.assert_array_equal(found, array)


@pytest.mark.parametrize(
    "array",
    [
        np.array([1 + 2j]),
        np.array(["2020-01-01"], dtype="datetime64[D]"),
        np.array([{}], dtype=object),
        np.array(["a"]),
    ],
)
def test_arrays_of_anything_else_are_refused(tmp_path, array):
    np.save(tmp_path / "a.npy", array, allow_pickle=True)
    with pytest.raises(ValueError, match=r"centres='.*a\.npy'.*expected real numbers") as caught:
        read_table(tmp_path / "a.npy", "centres")
    assert "allow_pickle" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", "0x10,1\n2,3\n", "row 1, column 1 holds '0x10'"),
        ("a.csv", "x,2019\n2,3\n", "row 1, column 1 holds 'x'"),
        ("a.csv", "x,y,w\n2,3\n", "row 1 names 3 columns: expected 2, as row 2"),
        ("a.csv", ",x\n0.5,3\n", "row 1, column 1 is no name"),
        ("a.csv", "0,1,2\n0.5,3.0,1e3\n", "row 1 counts the columns, 0, 1, 2, as pandas"),
        ("a.csv", "0\n2,3\n", "row 2 has 2 columns: expected 1, as row 1"),
        ("a.npy", b"no array", "does not begin as one"),
        ("a.csv", "1,2\n3\n", "row 2 has 1 columns: expected 2"),
        ("a.csv", "x,y\n1,2\n3,four\n", "row 3, column 2 holds 'four'"),
        ("a.csv", "1,2\n3,nan\n", "row 2, column 2 holds 'nan'"),
        ("a.csv", "1,2\n\n3,inf\n", "row 3, column 2 holds 'inf'"),
        ("a.csv", "", "empty"),
        ("a.csv", "# nothing\n", "no line of numbers"),
        ("a.npy", "1,2\n", "not a .npy file"),
        ("a.npz", b"PK\x03\x04", "not a .npz file"),
        ("a.xlsx", "1", "ending in .npy"),
        ("a", "1", "ending in .npy"),
        ("a.csv.gz", "1,2", "expected a gzip file"),
    ],
)
def test_every_error_names_the_file_and_the_place(tmp_path, name, content, message):
    path = written(tmp_path / name, content)
    with pytest.raises(ValueError, match="centres=") as caught:
        read_table(path, "centres")
    assert message in str(caught.value)
    assert str(path) in str(caught.value)


def test_archives_of_several_arrays_are_refused(tmp_path):
    np.savez(tmp_path / "a.npz", x=np.ones(2), y=np.ones(2))
    with pytest.raises(ValueError, match="exactly one array"):
        read_table(tmp_path / "a.npz", "centres")
