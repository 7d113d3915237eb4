from __future__ import annotations

import re
import subprocess
import sys
import xml.etree.ElementTree as ET

import pytest

from studio.charts import svg, training_curve
from studio.charts.style import BASE, TUNED

NAMESPACE = "{http://www.w3.org/2000/svg}"
EVENTS = [{"step": step, "loss": 3 / step} for step in range(1, 50)]


@pytest.fixture(scope="module")
def drawn() -> str:
    return svg(training_curve(EVENTS, "loss"))


def test_the_svg_is_one_named_image_to_a_screen_reader(drawn: str) -> None:
    root = ET.fromstring(drawn)
    title, description = root.find(f"{NAMESPACE}title"), root.find(f"{NAMESPACE}desc")
    assert title is not None and description is not None
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-labelledby"] == title.attrib["id"]
    assert root.attrib["aria-describedby"] == description.attrib["id"]
    assert title.text == "Training loss went from 3 at step 1 to 0.0612 at step 49"
    assert not [element for element in root.iter() if element is not root and "role" in element.attrib]


def test_the_svg_refers_to_nothing_outside_itself(drawn: str) -> None:
    addresses = set(re.findall(r"https?://[^\"\s]+", drawn))
    assert addresses <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    assert "<script" not in drawn and "@import" not in drawn and "<image" not in drawn


def test_the_same_chart_gives_the_same_text(drawn: str) -> None:
    assert svg(training_curve(EVENTS, "loss")) == drawn


def test_text_takes_the_colour_of_the_page(drawn: str) -> None:
    fills = {text.attrib["fill"] for text in ET.fromstring(drawn).iter(f"{NAMESPACE}text")}
    assert fills == {"currentColor"}


def test_two_charts_in_one_page_share_no_id(drawn: str) -> None:
    other = svg(training_curve(EVENTS[:9], "loss"))
    assert not set(re.findall(r'id="([^"]+)"', drawn)) & set(re.findall(r'id="([^"]+)"', other))


def test_a_title_with_markup_is_escaped() -> None:
    drawn = svg(training_curve([{"step": 1, "<script>": 1.0}], "<script>"))
    ET.fromstring(drawn)
    assert "<script" not in drawn


@pytest.mark.parametrize("colour", [BASE, TUNED])
@pytest.mark.parametrize("paper", ["#ffffff", "#10161f"])
def test_model_colours_reach_three_to_one_on_light_and_dark_pages(colour: str, paper: str) -> None:
    lighter, darker = sorted((luminance(colour), luminance(paper)), reverse=True)
    assert (lighter + 0.05) / (darker + 0.05) >= 3


def luminance(colour: str) -> float:
    channels = [int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    linear = [channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4 for channel in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_importing_the_package_loads_no_drawing_library() -> None:
    code = "import sys, studio.charts; print([m for m in ('altair', 'vl_convert', 'pandas') if m in sys.modules])"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "[]"
