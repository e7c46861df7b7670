"""The pages in a browser, as a person uses them: by mouse, by keyboard, on a phone, in dark mode."""

import math
import re
from pathlib import Path

import orjson
import pytest
from selenium.webdriver.common.keys import Keys

from tests.pages import builds, rooms
from tests.pages.browser import DESK, PHONE, Browser, chromium
from vsidata.dataset.build import Build
from vsidata.pages.site import write_report

NAME = "scene0000_00"
MANY = 2_000
SHOWN = "<script>window.hacked = 1</script>\"><img src=x onerror='window.hacked = 1'></script>"
HOSTILE = f"{SHOWN}\u2028\u202e\u2067\x1b\x9b\x7f"


@pytest.fixture(scope="module")
def browser():
    with chromium() as running:
        yield running


@pytest.fixture(autouse=True)
def at_the_desk(browser):
    browser.show(DESK)


@pytest.fixture(scope="module")
def report(tmp_path_factory) -> Path:
    """A report of three scenes, the first with frames, and one skipped scan."""
    names = [f"scene000{n}_00" for n in range(3)]
    built = builds.write(
        tmp_path_factory.mktemp("report") / "build",
        [rooms.room(name) for name in names],
        [row for name in names for row in rooms.questions(name)],
        [rooms.footage(NAME)],
        failures=[
            {
                "scene_name": "scene0003_00",
                "file": "/data/a.ply",
                "fault": "is cut short.",
                "remedy": "Get it again.",
            }
        ],
        drops={"object_counting": {"the word hides several objects in one annotation": 3}},
    )
    return write_report(Build.open(built)).index.parent


@pytest.fixture
def scene(browser, report) -> Browser:
    browser.open(report / "scene.html", NAME)
    return browser


def choose(browser: Browser, topic: str) -> None:
    """Filter by a topic, and open its first question."""
    browser.click(f".chip[data-topic={topic}]")
    browser.click("button.question")


# --- navigation


def test_overview_leads_to_a_scene_and_a_scene_to_the_next(browser, report):
    browser.open(report / "index.html")
    assert browser.texts("table.scenes tbody th") == [f"scene000{n}_00" for n in range(3)]
    assert browser.texts(".facts dd") == ["24", "3", "18", "4", "1"]
    browser.click("table.scenes tbody tr:nth-child(2) a")
    browser.wait("document.querySelector('h1')?.textContent === 'scene0001_00'")
    browser.click("a[rel=next]")
    browser.wait("document.querySelector('h1')?.textContent === 'scene0002_00'")
    assert len(browser.texts("button.question")) == rooms.TOPICS


def test_overview_lists_refused_questions_and_skipped_scans(browser, report):
    browser.open(report / "index.html")
    browser.click(".topics details summary")
    assert "the word hides several objects in one annotation" in " ".join(browser.texts(".topics details"))
    (failure,) = browser.texts(".failures li")
    assert failure == "scene0003_00a.ply: is cut short.Get it again."


def test_list_of_scenes_is_sorted_by_a_column(browser, report):
    browser.open(report / "index.html")
    for expected in (["scene0000_00", "scene0002_00"], ["scene0002_00", "scene0000_00"]):
        names = browser.texts("table.scenes tbody th")
        assert [names[0], names[-1]] == expected
        browser.click("th[data-key=name] button")


def test_questions_are_filtered_by_topic_and_by_text(scene):
    scene.click(".chip[data-topic=object_abs_distance]")
    assert scene.texts("[role=status]") == ["1 question"]
    scene.click(".chip[data-topic='']")
    scene.click("input[type=search]")
    scene.press("appearance order")
    assert [text.strip() for text in scene.texts("button.question .answer-word")] == ["lamp, sink"]
    scene.press(" unheard")
    assert scene.texts("button.question") == []
    assert "No questions found" in scene.texts("[role=status]")[0]


def test_object_leads_to_the_questions_that_mention_it(scene):
    scene.click(".tab:nth-child(2)")
    assert scene.texts(".object-table tbody th") == ["chair", "chair", "door", "lamp", "sink", "stove"]
    scene.run("document.querySelector('.object-table tbody tr:nth-child(3) button').focus()")
    assert scene.texts(".object.chosen title") == [
        "door (object 9), 2.00 × 1.00 × 0.10 m, seen in the frames"
    ]
    scene.click(".object-table tbody tr:nth-child(1) button")
    assert scene.texts("button.question .topic") == ["counting"]
    assert scene.run("document.querySelector('input[type=search]').value") == "chair"


def test_address_opens_a_scene_and_a_question(browser, report):
    wanted = rooms.questions(NAME)[3]["id"]
    browser.open(report / "scene.html", f"{NAME}/{wanted}")
    assert wanted in browser.texts("button[aria-expanded=true] + .detail code")
    assert browser.texts(".line.answer") == [""]


def test_open_question_is_in_the_address(scene):
    choose(scene, "object_abs_distance")
    assert scene.run("location.hash") == f"#{NAME}/{rooms.questions(NAME)[3]['id']}"


def test_audit_is_a_table_with_a_note_if_the_questions_have_changed(browser, tmp_path):
    built = builds.write(tmp_path / "build", [rooms.room()], rooms.questions())
    figures = {
        "questions": 9,
        "answer": "B",
        "constant_in_sample": {"score": 0.2595, "low": 0.23, "high": 0.29},
    }
    found = {"qa": {"qa/old.parquet": "0"}, "scores": {"types": {"object_rel_distance": figures}}}
    (built / "audit.json").write_bytes(orjson.dumps(found))
    browser.open(write_report(Build.open(built)).index)
    (row,) = browser.texts(".audit tbody tr")
    assert row.startswith("rel distance9B25.9 23.0 to 29.0")
    assert "does not belong to the current questions" in browser.texts(".notice")[0]


# --- the evidence


def line_of(browser: Browser, tone: str) -> list[list[float]]:
    points = browser.run("document.querySelector(arguments[0]).getAttribute('points')", f".line.{tone}")
    return [[float(number) for number in pair.split(",")] for pair in points.split(" ")]


def pixels_a_metre(browser: Browser) -> float:
    """The number of pixels per metre, from the scale on the plan."""
    path = browser.run("document.querySelector('.scale path').getAttribute('d')")
    start, end = re.match(r"M([\d.]+),.*H([\d.]+)V", path).groups()
    (words,) = browser.texts(".scale text")
    return (float(end) - float(start)) / float(words.removesuffix(" m"))


@pytest.mark.parametrize("size", [PHONE, DESK])
def test_distance_is_a_line_as_long_as_the_answer_on_the_scale_of_the_plan(browser, report, size):
    browser.show(size)
    browser.open(report / "scene.html", NAME)
    choose(browser, "object_abs_distance")
    start, end = line_of(browser, "answer")
    assert math.dist(start, end) == pytest.approx(2.5 * pixels_a_metre(browser), rel=0.01)
    assert "2.50 m" in browser.texts(".names text")


def test_bearing_has_its_sectors_and_margins(scene):
    choose(scene, "object_rel_direction")
    assert len(scene.texts(".sector:not(.margin)")) == 3
    assert len(scene.texts(".sector.margin")) == 3
    (observer, ahead), (_, asked) = line_of(scene, "given"), line_of(scene, "answer")
    turn = math.atan2(observer[1] - asked[1], asked[0] - observer[0])
    turn -= math.atan2(observer[1] - ahead[1], ahead[0] - observer[0])
    assert turn == pytest.approx(math.atan2(2, 3), abs=0.01)  # to the left, as on the room's own plan
    assert {"left", "right", "back", "34°"} <= {*scene.texts(".names text")}


def test_every_topic_has_its_evidence_drawn(scene):
    shapes = {
        "object_counting": (".disc.answer", 2),
        "object_size_estimation": (".line.answer", 1),
        "room_size_estimation": (".patch.answer", 1),
        "object_rel_distance": (".line.other", 1),
        "obj_appearance_order": (".line.answer", 2),
        "route_planning": (".line.given", 1),
    }
    for topic, (selector, number) in shapes.items():
        assert scene.texts(selector) == []
        choose(scene, topic)
        assert len(scene.texts(selector)) == number
        assert "Evidence drawn" in scene.run("document.querySelector('svg.plan').getAttribute('aria-label')")
        scene.click("button.question")
        assert scene.texts(selector) == []


def test_open_question_shows_its_answer_evidence_margin_and_rule(scene):
    choose(scene, "object_rel_distance")
    (said,) = scene.texts(".detail:not([hidden])")
    for words in ("B (lamp)", "lamp (object 7) 1.70 m", "more than 0.15 m", "closest points of their boxes"):
        assert words in said


def test_frames_that_show_the_asked_objects_are_marked_and_the_chosen_frame_is_on_the_plan(scene):
    choose(scene, "object_abs_distance")
    assert scene.texts(".frame .shows") == ["", "2 of 2", "", "2 of 2"]
    scene.click(".frame:nth-child(2)")
    assert len(scene.texts(".cone.chosen")) == 1
    assert scene.run("document.querySelector('.frame:nth-child(2)').getAttribute('aria-pressed')") == "true"


def test_object_that_no_frame_shows_is_drawn_differently(scene):
    assert scene.texts(".object.hidden title") == [
        "lamp (object 7), 1.60 × 0.20 × 0.20 m, not seen in the frames"
    ]


# --- by keyboard


def test_every_control_can_be_reached_by_keyboard(scene):
    scene.press("/", "counting", Keys.TAB)
    scene.wait("document.activeElement.matches('button.question')")
    scene.press(Keys.ENTER)
    assert len(scene.texts(".disc.answer")) == 2
    scene.press(Keys.ESCAPE)
    assert scene.texts(".disc.answer") == []
    scene.press("/", Keys.ESCAPE, Keys.TAB)
    first = scene.run("document.activeElement.textContent")
    scene.press(Keys.DOWN)
    assert scene.run("document.activeElement.textContent") != first
    scene.press(Keys.UP)
    assert scene.run("document.activeElement.textContent") == first
    scene.press(Keys.END, Keys.SPACE)
    assert scene.texts("button[aria-expanded=true] .topic") == ["route planning"]


@pytest.mark.parametrize("page", ["index.html", "scene.html"])
def test_every_control_has_a_name(browser, report, page):
    browser.open(report / page, NAME if page == "scene.html" else "")
    roles = ("button", "link", "searchbox", "checkbox", "image", "region", "navigation")
    used = [node for node in browser.nodes() if node["role"]["value"] in roles]
    assert len(used) > 10
    assert [node["role"]["value"] for node in used if not node["name"]["value"]] == []


def luminance(color: str) -> float:
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("dark", [False, True])
def test_words_have_enough_contrast(browser, report, dark):
    """4.5 to 1, WCAG 2.2, criterion 1.4.3."""
    browser.show(DESK, dark=dark)
    browser.open(report / "index.html")

    def color(name: str) -> float:
        value = browser.run(
            "getComputedStyle(document.documentElement).getPropertyValue(arguments[0])", f"--{name}"
        )
        return luminance(value.strip())

    for ground in ("page", "panel", "hover"):
        for ink in ("text", "quiet", "link", "answer", "given"):
            light, low = sorted((color(ground), color(ink)), reverse=True)
            assert (light + 0.05) / (low + 0.05) >= 4.5, (ink, ground)


# --- widths, light and dark, requests


@pytest.mark.parametrize("size", [PHONE, DESK])
@pytest.mark.parametrize("page", ["index.html", "scene.html"])
def test_pages_fit_the_screen_in_light_and_dark_mode(browser, report, page, size):
    browser.show(size)
    browser.open(report / page, NAME if page == "scene.html" else "")
    if page == "scene.html":
        choose(browser, "object_rel_direction")
        browser.click(".detail:not([hidden]) summary")
    for dark in (False, True):
        browser.show(size, dark=dark)
        assert browser.run("document.documentElement.scrollWidth") <= size[0]
        ground = browser.run("getComputedStyle(document.body).backgroundColor")
        assert (max(map(int, re.findall(r"\d+", ground)[:3])) < 60) is dark
    assert browser.log() == []


def test_plan_stays_in_sight_on_a_phone(browser, report):
    browser.show(PHONE)
    browser.open(report / "scene.html", NAME)
    choose(browser, "route_planning")
    top, bottom = browser.run(
        "(({top, bottom}) => [top, bottom])(document.querySelector('.board').getBoundingClientRect())"
    )
    assert top >= 0
    assert bottom < PHONE[1] / 2
    below = browser.run("document.querySelector('button[aria-expanded=true]').getBoundingClientRect().top")
    assert below >= bottom


def test_pages_request_only_their_own_files(browser, report):
    browser.asked_for()
    for page, part in (("index.html", ""), ("scene.html", NAME)):
        browser.open(report / page, part)
    asked = [address for address in browser.asked_for() if not address.startswith(("data:", "about:"))]
    assert asked
    assert all(address.startswith(report.as_uri()) for address in asked)
    scripts = {address.rpartition("/")[2] for address in asked if "/scenes/" in address}
    assert scripts == {f"{NAME}.js"}  # one scene is one file, in a report of any size


def test_list_of_thousands_of_scenes_is_searched(browser, tmp_path):
    built = builds.write(tmp_path / "build", [rooms.room()], rooms.questions())
    folder = write_report(Build.open(built)).index.parent
    line = orjson.loads((folder / "data/scenes.js").read_bytes()[len("report.deliver(") : -len(");\n")])[0]
    lines = [line | {"name": f"scene{n:04d}_00", "questions": n} for n in range(MANY)]
    (folder / "data/scenes.js").write_bytes(b"report.deliver(%s);" % orjson.dumps(lines))
    browser.open(folder / "index.html")
    rows = len(browser.texts("table.scenes tbody tr"))
    assert 50 < rows < MANY / 10  # the rest is added while scrolling
    browser.run("document.querySelector('.scroll').scrollTo(0, 1e6)")
    browser.wait(f"document.querySelectorAll('table.scenes tbody tr').length > {rows}")
    browser.click("input[type=search]")
    browser.press("scene123")
    assert browser.texts("table.scenes tbody th") == [f"scene123{n}_00" for n in range(10)]
    assert browser.texts("[role=status]") == ["10 of 2,000 scenes"]


# --- hostile words


def test_words_of_a_build_are_never_markup(browser, tmp_path):
    things = [{**thing, "label": HOSTILE, "category": HOSTILE} for thing in rooms.THINGS]
    room = {**rooms.room(HOSTILE), "objects": things}
    asked = rooms.questions(HOSTILE)
    for row in asked:
        row |= {"question": HOSTILE, "answer": HOSTILE, "topic": row["topic"]}
        for thing in row["evidence"]["objects"]:
            thing["category"] = HOSTILE
        for measure in row["evidence"]["measures"]:
            measure["name"] = f"to {HOSTILE}"
        for shape in row["evidence"]["shapes"]:
            shape["label"] = HOSTILE
        row["options"] = row["options"] and [f"A. {HOSTILE}", f"B. {HOSTILE}"]
    failure = dict.fromkeys(("scene_name", "file", "fault", "remedy"), HOSTILE)
    built = builds.write(tmp_path / "build", [room], asked, failures=[failure], drops={HOSTILE: {HOSTILE: 2}})
    scores = {HOSTILE: {"answer": HOSTILE, "questions": 3, "constant_in_sample": {"score": 0.5}}}
    (built / "audit.json").write_bytes(
        orjson.dumps({"qa": {}, "scores": {"types": scores}, "letters": {HOSTILE: {"p": 0}}})
    )
    report = write_report(Build.open(built)).index.parent
    browser.open(report / "index.html")
    assert browser.texts("table.scenes tbody th") == [SHOWN]
    browser.run("document.querySelectorAll('summary').forEach((one) => one.click())")
    browser.click("table.scenes tbody a")
    browser.wait("document.querySelector('svg.plan')")
    assert browser.texts("h1") == [SHOWN]
    assert browser.run("document.title") == f"{SHOWN} – report"
    assert not set("\u2028\u202e\u2067\x1b\x9b\x7f") & set(browser.run("document.documentElement.outerHTML"))
    browser.run("document.querySelectorAll('button.question').forEach((one) => one.click())")
    assert browser.run("window.hacked") is None
    assert browser.run("document.querySelectorAll('img[src=x], main script, .plan script').length") == 0
    assert browser.log() == []


def test_missing_file_is_reported_on_the_page(browser, tmp_path):
    built = builds.write(tmp_path / "build", [rooms.room()], rooms.questions())
    report = write_report(Build.open(built)).index.parent
    (report / "scenes" / f"{NAME}.js").unlink()
    browser.open(report / "scene.html", NAME)
    assert "is missing" in browser.texts(".fault")[0]
