"""The page of a generator: self-contained, true to the report, legible, and seen in a browser."""

import html
import html.parser
import json
import re
import shutil
import subprocess
import textwrap

import pytest

from tests.commands import here

CODE = """
    import numpy as np

    weights = np.random.default_rng(0).standard_normal((2, 64))
    heads = np.random.default_rng(1).standard_normal((64, 6))

    def decode(z):
        return np.tanh(z @ weights).reshape(-1, 8, 8)

    def judge(x):
        return x.reshape(len(x), -1) @ heads

    def one(x):
        return np.eye(2)[np.zeros(len(x), int)]

    def stray(z):
        images = 0.5 + decode(z) / 2
        images[:, 0, 0] -= 3 * (z[:, 0] > 1.5)
        return images

    def sound(z):
        return np.sin(z[:, :1] * np.arange(50) + z[:, 1:])
"""


class Tags(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def all(self, name):
        return [attrs for tag, attrs in self.tags if tag == name]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("page")
    (folder / "mine.py").write_text(textwrap.dedent(CODE))
    return folder


def made(folder, decoder, classifier, *words):
    target = folder / f"{decoder}-{classifier}.html"
    ended = here(
        "simulations.generator",
        [
            *("--decoder", f"{folder}/mine.py:{decoder}"),
            *("--classifier", f"{folder}/mine.py:{classifier}"),
            *("--dim", "2", "--samples", "60", "--mass-samples", "1000"),
            *("--html", str(target), "--json", *words),
        ],
    )
    assert ended.faults() == []
    return target, json.loads(ended.out)


@pytest.fixture(scope="module")
def page(folder):
    return made(folder, "decode", "judge", "--logits")


def test_the_page_needs_nothing_else(page):
    text = page[0].read_text(encoding="utf-8")
    tags = Tags(text)
    named = [
        v for _, attrs in tags.tags for k, v in attrs.items() if k in ("src", "href", "xlink:href")
    ]
    assert named
    assert all(one.startswith(("data:", "#")) for one in named)
    assert not tags.all("script")
    assert "@import" not in text
    assert all(one.startswith("#") for one in re.findall(r"url\((.*?)\)", text))


def test_pictures_have_alternative_text_and_ids_are_unique(page):
    tags = Tags(page[0].read_text(encoding="utf-8"))
    assert len(tags.all("img")) > 60
    assert all(attrs.get("alt") for attrs in tags.all("img"))
    assert len(tags.all("svg")) == 4  # the fourth is the map of d = 2
    assert all(attrs["role"] == "img" and attrs["aria-label"] for attrs in tags.all("svg"))
    ids = [attrs["id"] for _, attrs in tags.tags if "id" in attrs]
    assert len(ids) == len(set(ids))


def test_the_page_says_what_the_report_says(page):
    text, report = page[0].read_text(encoding="utf-8"), page[1]
    radius = report["argmax"]["expected_radius"]
    for number in (radius["estimate"], radius["high"], report["argmax"]["bounds"]["sharp"]["low"]):
        assert f"{number:.4g}" in text
    assert "Latents assumed: N(0, I) in R^2" in text
    assert "--samples 60" in text
    assert "upper bound only" in text


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_text_has_contrast(page):
    style = re.search(r"<style>(.*?)</style>", page[0].read_text(encoding="utf-8"), re.S)[1]
    colours = re.findall(r"[{; ]color: (#[0-9a-f]{6})", style)
    assert len(colours) == 4
    for colour in colours:
        assert 1.05 / (luminance(colour) + 0.05) >= 4.5


def test_what_has_no_boundary_or_no_picture_has_a_page_too(folder):
    target, _ = made(folder, "decode", "one")
    assert "the mean radius is unknown" in target.read_text(encoding="utf-8")
    target, _ = made(folder, "sound", "one", "--latent", "uniform")
    assert "uniform on [-1, 1]^2" in target.read_text(encoding="utf-8")


def test_a_few_pixels_out_of_the_usual_range_do_not_grey_the_others(folder):
    text = made(folder, "stray", "one")[0].read_text(encoding="utf-8")
    assert "0 is shown as black, 1 as white" in text
    text = made(folder, "decode", "one")[0].read_text(encoding="utf-8")
    assert "-1 is shown as black, 1 as white" in text


def test_a_page_needs_models_and_a_folder(folder):
    for words in (
        ["--labels", "y.npy", "--html", "x.html"],
        ["--decoder", "numpy:tanh", "--classifier", "numpy:tanh", "--html", "absent/x.html"],
    ):
        assert here("simulations.generator", words).faults(2) == []


LOOK = """
<script>
addEventListener("load", () => {
  const broken = [...document.images].filter(one => !one.complete || !one.naturalWidth).length;
  const wide = document.documentElement.scrollWidth > innerWidth;
  const hidden = [...document.querySelectorAll(".scroll")]
    .filter(one => one.scrollWidth > one.clientWidth).length;
  const [width, images] = [innerWidth, document.images.length];
  parent.document.title = JSON.stringify({broken, wide, hidden, width, images});
});
</script>
"""


@pytest.mark.parametrize("width", [390, 1280])
def test_in_a_browser(page, width, tmp_path):
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("needs chromium: apt-get install chromium")

    def seen(text):
        copy = tmp_path / "copy.html"
        # A frame is as narrow as a phone; Chromium's windows are not.
        inside = html.escape(text.replace("</body>", f"{LOOK}</body>"))
        frame = f'<iframe width="{width}" height="900" srcdoc="{inside}"></iframe>'
        shell = f'<!doctype html><link rel="icon" href="data:,"><title></title>{frame}'
        copy.write_text(shell, encoding="utf-8")
        done = subprocess.run(
            [
                *(chromium, "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"),
                *("--enable-logging=stderr", "--window-size=1400,1000"),
                *(f"--user-data-dir={tmp_path / 'profile'}", copy.as_uri()),
            ],
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        title = re.search(r"<title>(\{.*?\})</title>", done.stdout)[1]
        return json.loads(title), [line for line in done.stderr.splitlines() if "CONSOLE" in line]

    text = page[0].read_text(encoding="utf-8")
    found, said = seen(text)
    assert said == []
    assert found["images"] > 60
    assert (found["broken"], found["wide"], found["width"]) == (0, False, width)
    assert found["hidden"] == 0
    # Negative control: a picture that is absent and a line that is too long are seen.
    damage = '<img src="absent.png" alt=""><div style="width: 3000px">wide</div><script>f(</script>'
    wider = '<div class="scroll"><div style="width: 3000px">table</div></div>'
    found, said = seen(text.replace("</main>", f"{wider}{damage}</main>"))
    assert found["hidden"] == 1
    assert found["broken"] == 1
    assert found["wide"]
    assert said
