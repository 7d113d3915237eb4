"""The Arena page: one question, two answers from one batched forward pass, a vote, and how the votes stand."""

from __future__ import annotations

import random
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import gradio as gr

from studio.arena.battles import BASE, MAX_PROMPT_CHARACTERS, Answer, Choice, Contender, Sides, check_prompt, draw_sides
from studio.arena.preference import PreferenceFormat, export_preferences
from studio.arena.ranking import rank
from studio.chat.catalog import find_model, is_prepared
from studio.chat.endpoint import is_endpoint
from studio.chat.messages import GREEDY, ChatModel, Request
from studio.errors import BadInput, StudioError
from studio.scoring.items import find_question_set, load_question_set
from studio.ui.access import identify, require_operator
from studio.ui.context import Studio
from studio.ui.limits import BATTLES_A_MINUTE, SlidingWindow
from studio.ui.messages import plainly
from studio.ui.text import arena as text
from studio.ui.views import arena as views
from studio.ui.views.arena import AnswerCard
from studio.workspace.adapters import TunedModel, find_tuned, tuned_models

EXAMPLE_SET = "high_frequency"
_LATEST = 10  # votes listed
_REDRAW_SECONDS = 0.1  # between two redraws of the answers: a redraw a token would cost a small machine more than the token

_FOCUS_PROMPT = "() => { document.querySelector('#arena-prompt textarea')?.focus() }"

Updates = dict[Any, Any]


def build(studio: Studio) -> gr.Blocks:
    """The page."""
    with gr.Blocks() as page:
        parts = _lay_out(studio)
        _wire(page, parts, _Handlers(studio, parts, SlidingWindow(limit=BATTLES_A_MINUTE)))
    return page


@dataclass(frozen=True)
class _Parts:
    """The page's components that handlers read or change."""

    empty: Any
    floor: Any
    tuned: Any
    blind: Any
    prompt: Any
    examples: Mapping[str, Any]
    compare: Any
    stop: Any
    status: Any
    left: Any
    right: Any
    choices: Mapping[Choice, Any]
    reveal: Any
    next: Any
    battle: Any
    ranking: Any
    latest: Any
    export: Any
    format: Any
    write: Any
    written: Any
    file: Any

    @property
    def during_battle(self) -> list[Any]:
        """What changes while a question is answered."""
        buttons = [self.compare, self.stop, *self.choices.values(), self.next]
        return [self.status, self.left, self.right, self.reveal, self.battle, *buttons]


def _lay_out(studio: Studio) -> _Parts:
    gr.Markdown(text.TITLE)
    gr.Markdown(text.INTRO)
    empty = gr.HTML(views.empty(), visible=False)
    with gr.Column(visible=False) as floor:
        tuned = gr.Dropdown(label=text.TUNED_LABEL, info=text.TUNED_INFO, choices=[])
        blind = gr.Checkbox(label=text.BLIND_LABEL, info=text.BLIND_INFO, value=True)
        prompt = gr.Textbox(
            label=text.PROMPT_LABEL, info=text.PROMPT_INFO, placeholder=text.PROMPT_PLACEHOLDER, lines=1, max_lines=8,
            max_length=MAX_PROMPT_CHARACTERS, elem_id="arena-prompt",
        )  # fmt: skip
        gr.Markdown(text.EXAMPLES)
        with gr.Row():
            examples = {question: gr.Button(question, size="sm", min_width=280) for question in _examples(studio)}
        with gr.Row():
            compare = gr.Button(text.COMPARE, variant="primary")
            stop = gr.Button(text.STOP, variant="stop", visible=False)
        gr.Markdown(text.ANSWERS)
        status = gr.HTML(views.status(""))
        with gr.Row():
            with gr.Column(min_width=300):
                left = gr.HTML(AnswerCard("left").html(), elem_id="arena-left")
            with gr.Column(min_width=300):
                right = gr.HTML(AnswerCard("right").html(), elem_id="arena-right")
        with gr.Row():
            choices = {choice: gr.Button(text.CHOICES[choice], interactive=False, min_width=140) for choice in Choice}
        reveal = gr.HTML("")
        following = gr.Button(text.NEXT, variant="primary", visible=False)
        battle = gr.State(None)
    gr.Markdown(text.RANKING)
    ranking = gr.HTML("")
    latest = gr.HTML("")
    with gr.Accordion(text.EXPORT, open=False, visible=False) as export:
        gr.Markdown(text.EXPORT_NOTE)
        form = gr.Radio(label=text.FORMAT_LABEL, choices=list(text.FORMAT_CHOICES), value=PreferenceFormat.DPO.value)
        write = gr.Button(text.EXPORT)
        written = gr.HTML("")
        file = gr.File(label=text.EXPORT_FILE, visible=False, interactive=False)
    return _Parts(
        empty=empty, floor=floor, tuned=tuned, blind=blind, prompt=prompt, examples=examples, compare=compare, stop=stop,
        status=status, left=left, right=right, choices=choices, reveal=reveal, next=following, battle=battle, ranking=ranking,
        latest=latest, export=export, format=form, write=write, written=written, file=file,
    )  # fmt: skip


def _examples(studio: Studio) -> list[str]:
    try:
        return views.example_questions(load_question_set(find_question_set(EXAMPLE_SET, studio.workspace.eval_sets)).items)
    except StudioError:  # the examples are a convenience; the Dashboard says what is wrong with a question set
        return []


def _wire(page: gr.Blocks, parts: _Parts, handlers: _Handlers) -> None:
    private: dict[str, Any] = {"api_visibility": "private"}
    standings = [parts.ranking, parts.latest]
    page.load(
        plainly(handlers.opened), None, [parts.empty, parts.floor, parts.tuned, parts.export, *standings],
        api_name="arena_open", **private,
    )  # fmt: skip
    # Not preprocessed: a model may be newer than the choices this page was loaded with, and `compare` checks every value.
    asked = gr.on(
        [parts.compare.click, parts.prompt.submit], plainly(handlers.compare), [parts.prompt, parts.tuned, parts.blind],
        parts.during_battle, api_name="arena_compare", concurrency_id="model", concurrency_limit=1, trigger_mode="once",
        show_progress="minimal", show_progress_on=parts.status, preprocess=False, **private,
    )  # fmt: skip
    asked.failure(handlers.broke_off, parts.battle, parts.during_battle, api_name="arena_broke_off", queue=False, **private)
    parts.stop.click(handlers.stopped, None, parts.during_battle, cancels=[asked], api_name="arena_stop", queue=False, **private)
    for choice, button in parts.choices.items():
        button.click(
            plainly(handlers.vote_for(choice)), parts.battle, [*parts.during_battle, *standings],
            api_name=f"arena_vote_{choice.value}", show_progress="hidden", **private,
        )  # fmt: skip
    parts.next.click(
        handlers.next_question, None, [*parts.during_battle, parts.prompt], api_name="arena_next", queue=False, **private
    ).then(fn=None, js=_FOCUS_PROMPT, api_name="arena_focus", **private)
    for number, (question, button) in enumerate(parts.examples.items(), start=1):
        button.click(
            lambda question=question: question, None, parts.prompt, api_name=f"arena_example_{number}", queue=False,
            show_progress="hidden", **private,
        )  # fmt: skip
    parts.write.click(plainly(handlers.export), parts.format, [parts.written, parts.file], api_name="arena_export", **private)


@dataclass(frozen=True)
class _Handlers:
    """What happens on the page's events. Each returns the components that change, with their new values."""

    studio: Studio
    parts: _Parts
    visitors: SlidingWindow

    def opened(self, request: gr.Request) -> Updates:
        """The page was loaded: the models that exist now, and how the votes stand."""
        models, parts = tuned_models(self.studio.workspace), self.parts
        runs = [model.run for model in models]
        return {
            parts.empty: gr.HTML(visible=not runs),
            parts.floor: gr.Column(visible=bool(runs)),
            parts.tuned: gr.Dropdown(choices=runs, value=runs[0] if runs else None),
            parts.export: gr.Accordion(visible=identify(self.studio.settings, request).operator),
            **self._standings(),
        }

    def compare(self, prompt: str, run: str | None, blind: bool, request: gr.Request) -> Iterator[Updates]:
        """Both models answer, side by side; afterwards the battle can be voted on."""
        caller = identify(self.studio.settings, request)
        messages = [{"role": "user", "content": check_prompt(prompt)}]
        tuned, blind = self._chosen(run), bool(blind)
        if not caller.operator:
            self.visitors.admit(caller.visitor)
        yield self._begun(self._loading_sentence(tuned.base_model))
        model = self.studio.models.get(tuned.base_model)
        sides = draw_sides(*_contenders(model, tuned), blind=blind, rng=random.SystemRandom())
        transcript = _Transcript(sides, names_shown=not blind)
        yield {self.parts.status: views.status(text.ANSWERING), **self._cards(transcript)}
        requests = [Request(messages, side.adapter) for side in (sides.left, sides.right)]
        redrawn = time.monotonic()
        for left, right in model.stream(requests, GREEDY):
            transcript.add(left.text, right.text, left_finished=left.finished, right_finished=right.finished)
            if time.monotonic() - redrawn > _REDRAW_SECONDS:
                redrawn = time.monotonic()
                yield self._cards(transcript)
        transcript.complete = True
        battle = self.studio.arena.keep_battle(
            sides, messages, Answer(transcript.left), Answer(transcript.right),
            blind=blind, decoding=GREEDY.to_json(), visitor=caller.visitor,
        )  # fmt: skip
        kept = {"id": battle, "left": transcript.left, "right": transcript.right}
        yield {**self._votable(), **self._cards(transcript), self.parts.battle: kept}

    def vote_for(self, choice: Choice) -> Callable[[dict[str, str] | None], Updates]:
        """The handler of one vote button. A retried click tells the same again."""

        def vote(battle: dict[str, str] | None) -> Updates:
            if not battle:
                raise BadInput(text.NOTHING_TO_VOTE)
            parts, told = self.parts, self.studio.arena.vote(battle["id"], choice)
            return {
                parts.status: views.status(""),
                parts.left: AnswerCard("left", battle["left"], told.left, text.NOTHING_SAID).html(),
                parts.right: AnswerCard("right", battle["right"], told.right, text.NOTHING_SAID).html(),
                parts.reveal: views.reveal(told),
                parts.next: gr.Button(visible=True),
                **self._vote_buttons(interactive=False),
                **self._standings(),
            }

        return vote

    def stopped(self) -> Updates:
        """Somebody pressed Stop: what was said stays on the page, and there is nothing to vote on."""
        return self._idle(text.INCOMPLETE)

    def broke_off(self, battle: dict[str, str] | None) -> Updates:
        """The question was refused, and the battle before it stays; or the model failed, and there is nothing to vote on."""
        return {self.parts.status: views.status(text.REFUSED)} if battle else self._idle(text.INCOMPLETE)

    def next_question(self) -> Updates:
        """A clean table."""
        parts = self.parts
        return {
            **self._idle(""),
            parts.left: AnswerCard("left").html(),
            parts.right: AnswerCard("right").html(),
            parts.reveal: "",
            parts.next: gr.Button(visible=False),
            parts.prompt: "",
        }

    def export(self, form: str, request: gr.Request) -> Updates:
        """The votes as a file of preference rows."""
        require_operator(self.studio.settings, request, to=text.MAY_EXPORT)
        sets = sorted(self.studio.workspace.eval_sets.glob("*.jsonl"))
        questions = (item.conversation[-1]["content"] for path in sets for item in load_question_set(path).items)
        chosen = PreferenceFormat(form)
        path = self.studio.workspace.scratch / f"preferences-{chosen.value}.jsonl"
        result = export_preferences(self.studio.arena, path, preference_format=chosen, questions=questions)
        return {
            self.parts.written: views.status(views.exported(result)),
            self.parts.file: gr.File(value=str(path), visible=True),
        }

    def _chosen(self, run: str | None) -> TunedModel:
        if not run:
            raise BadInput(text.NO_MODEL)
        return find_tuned(self.studio.workspace, run)

    def _loading_sentence(self, name: str) -> str:
        if self.studio.models.holds(name) or is_endpoint(name):
            return text.ANSWERING
        model = find_model(name)
        ready = is_prepared(self.studio.workspace, model)
        return (text.LOADING if ready else text.PREPARING).format(model=model.title)

    def _begun(self, sentence: str) -> Updates:
        parts = self.parts
        return {
            parts.status: views.status(sentence),
            parts.left: AnswerCard("left", waiting=text.THINKING).html(),
            parts.right: AnswerCard("right", waiting=text.THINKING).html(),
            parts.reveal: "",
            parts.battle: None,
            parts.compare: gr.Button(interactive=False),
            parts.stop: gr.Button(visible=True),
            parts.next: gr.Button(visible=False),
            **self._vote_buttons(interactive=False),
        }

    def _votable(self) -> Updates:
        return {**self._idle(text.ASK_VOTE), **self._vote_buttons(interactive=True)}

    def _idle(self, sentence: str) -> Updates:
        parts = self.parts
        return {
            parts.status: views.status(sentence),
            parts.battle: None,
            parts.compare: gr.Button(interactive=True),
            parts.stop: gr.Button(visible=False),
            **self._vote_buttons(interactive=False),
        }

    def _vote_buttons(self, *, interactive: bool) -> Updates:
        return {button: gr.Button(interactive=interactive) for button in self.parts.choices.values()}

    def _cards(self, transcript: _Transcript) -> Updates:
        left, right = transcript.cards()
        return {self.parts.left: left.html(), self.parts.right: right.html()}

    def _standings(self) -> Updates:
        latest = deque(self.studio.arena.voted_battles(), maxlen=_LATEST)
        return {
            self.parts.ranking: views.ranking(rank(self.studio.arena)),
            self.parts.latest: views.latest(list(reversed(latest))),
        }


def _contenders(model: ChatModel, tuned: TunedModel) -> tuple[Contender, Contender]:
    """Base and tuned, with the digests of the weights that answer."""
    base = Contender(BASE, None, model.digest())
    return base, Contender(tuned.run, tuned.adapter, model.digest(tuned.adapter))


@dataclass
class _Transcript:
    """What both sides have said so far."""

    sides: Sides
    names_shown: bool
    left: str = ""
    right: str = ""
    left_finished: bool = False
    right_finished: bool = False
    complete: bool = False

    def add(self, left: str, right: str, *, left_finished: bool, right_finished: bool) -> None:
        """One step of the model."""
        self.left = (self.left + left).lstrip()
        self.right = (self.right + right).lstrip()
        self.left_finished |= left_finished
        self.right_finished |= right_finished

    def cards(self) -> tuple[AnswerCard, AnswerCard]:
        """Both sides as they stand."""
        names = (self.sides.left.name, self.sides.right.name) if self.names_shown else (None, None)
        waiting = text.NOTHING_SAID if self.complete else text.THINKING
        return (
            AnswerCard("left", self.left, names[0], waiting, self._note(self.left_finished)),
            AnswerCard("right", self.right, names[1], waiting, self._note(self.right_finished)),
        )

    def _note(self, finished: bool) -> str:
        return text.CUT_OFF.format(tokens=GREEDY.max_new_tokens) if self.complete and not finished else ""
