"""A heading as the question that a customer would ask, by rules, in English and Chinese.

    "Binding the printer"          How do I bind the printer?
    "How to reset your password"   How do I reset my password?
    "Warranty period"              What is the warranty period?
    "Printer does not turn on"     What should I do if the printer does not turn on?
    "绑定打印机"                    如何绑定打印机？

Where no rule fits, the question is plain rather than clever: "What should I know about returns and refunds?".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from studio.dataset.distillation import questions_zh
from studio.dataset.distillation.verbs import BASES, GERUNDS
from studio.dataset.distillation.vocabulary import DETERMINERS, GENERIC, HAPPENS, NOT_A_DEED, SMALL, VAGUE, WORD, Vocabulary

_LABEL = re.compile(
    r"(?:internal|public|note|important|guide|tutorial|article|faq|how-to|support|step\s+\d+)\s*[:：]\s+(?=\S)", re.I
)
_QUESTION_START = re.compile(
    r"(?:can|could|do|does|did|is|are|was|will|would|should|may|must|have|has|am)\s+(?:i|you|we|my|your|the|a|an|it|there|this|these)\b",
    re.I,
)
_HOW_TO = re.compile(r"how to\s+(.+)", re.I)
_W_TO = re.compile(r"(what|where|when|which \w+|who) to\s+(.+)", re.I)
_W = re.compile(r"(what|where|when|why|who|whose|which|how)\b", re.I)
_AUXILIARY = re.compile(
    r"(?:how (?:much|many|long|often|far|old|soon|do|does|can|is|are|will|should)"
    r"|(?:what|where|when|why|who|which \w+)(?:'s|\s+(?:is|are|do|does|did|can|should|will|if|happens|must|may|to)))\b",
    re.I,
)
_CONDITION = re.compile(r"(?:if|when|in case)\s+\S+", re.I)
_SYMPTOM = re.compile(
    r"\b(?:does not|doesn['’]t|do not|don['’]t|is not|isn['’]t|are not|aren['’]t|cannot|can['’]t|can not|will not|won['’]t|has no|keeps|"
    r"is (?:too |very )?(?:slow|offline|broken|blocked|locked|missing|stuck|empty|full|red|flashing|blinking|noisy|hot|black|blank|wrong|unavailable)|"
    r"fails|stops|stopped|failed|blinks|flashes|freezes|appears|shows)\b",
    re.I,
)
_NO_SOMETHING = re.compile(r"no\s+\w+", re.I)
_MOST_TOPIC_WORDS = 9


class Form(StrEnum):
    """What kind of question a heading became; `TOPIC` is the one that may need the heading above it to be understood."""

    QUESTION = "question"
    DEED = "deed"
    SYMPTOM = "symptom"
    TOPIC = "topic"


@dataclass(frozen=True)
class Question:
    """A question made of a heading."""

    text: str
    form: Form


def is_question(text: str) -> bool:
    """Whether a text asks something by its own form."""
    bare = text.strip()
    if questions_zh.is_chinese(bare):
        return questions_zh.is_question(bare)
    return bare.endswith(("?", "？"))


def question_of(heading: str, vocabulary: Vocabulary, *, has_steps: bool, trouble: bool = False) -> Question | None:
    """The question to which the text under a heading is the answer.

    Args:
        heading: without its number.
        vocabulary: of the document.
        has_steps: the text is a numbered procedure.
        trouble: the heading stands among symptoms, for example under "Troubleshooting".
    """
    bare = _LABEL.sub("", heading.strip().rstrip(":：. ").strip())
    if not any(map(str.isalpha, bare)) or "@" in bare:
        return None
    if questions_zh.is_chinese(bare):
        text, is_topic = questions_zh.question_of(bare, has_steps=has_steps, trouble=trouble)
        return Question(text, Form.TOPIC if is_topic else Form.DEED)
    if "?" in bare:
        asked = f"{bare.partition('?')[0].rstrip()}?"
        return Question(asked[:1].upper() + asked[1:], Form.QUESTION)
    return (
        _by_question_word(bare, vocabulary)
        or _deed(bare, vocabulary, has_steps=has_steps)
        or _symptom(bare, vocabulary, trouble=trouble)
        or _topic(bare, vocabulary)
    )


def about(question: Question, above: str) -> str:
    """The question with the heading above it: "Savings accounts: what are the fees?"."""
    above = _LABEL.sub("", above.strip()).rstrip(":：?？.")
    if questions_zh.is_chinese(question.text):
        return f"{above}：{question.text}"
    return (
        f"{above}: {question.text[:1].lower()}{question.text[1:]}"
        if not question.text.startswith("I ")
        else f"{above}: {question.text}"
    )


def narrowed(question: str, part: str) -> str:
    """The question about one case of several: "How do I bind the printer (Windows)?"."""
    mark = question[-1:] if question[-1:] in "?？" else "?"
    inside = f"（{part}）" if questions_zh.is_chinese(question) else f" ({part})"
    return f"{question.rstrip('?？')}{inside}{mark}"


def is_generic(heading: str) -> bool:
    """Whether a heading says nothing without the one above it: "Overview", "Eligibility requirements"."""
    words = [word.lower() for word in WORD.findall(heading)]
    return questions_zh.is_generic(heading) or (bool(words) and all(word in GENERIC or word in SMALL for word in words))


def asked_by_customer(text: str) -> str:
    """What a manual says to its reader, as the reader says it: "your password" is "my password"."""
    for pattern, said in (
        (r"\byou are\b", "I am"), (r"\byou['’]re\b", "I'm"), (r"\byou['’]ve\b", "I've"), (r"\byourself\b", "myself"),
        (r"\byour\b", "my"), (r"\bto you\b", "to me"), (r"\byou\b", "I"), (r"\bus\b", "you"), (r"\bour\b", "your"),
    ):  # fmt: skip
        text = re.sub(pattern, said, text, flags=re.I)
    return text


def symptom_question(symptom: str, vocabulary: Vocabulary) -> str:
    """What a customer with that symptom asks."""
    bare = symptom.strip().rstrip(".。:： ")
    if is_question(bare):
        return bare
    if questions_zh.is_chinese(bare):
        return questions_zh.symptom_question(bare)
    if found := _symptom(bare, vocabulary, trouble=True):
        return found.text
    return f"What should I do in case of {vocabulary.sentence(bare)}?"


def definition_question(term: str, vocabulary: Vocabulary) -> str:
    """What somebody asks who does not know a term."""
    bare = term.strip().rstrip(":：")
    if is_question(bare):
        return bare
    if questions_zh.is_chinese(bare):
        return f"{bare}是什么？"
    question = _topic(bare, vocabulary)
    return question.text if question else f"What is {bare}?"


def _by_question_word(heading: str, vocabulary: Vocabulary) -> Question | None:
    if how := _HOW_TO.fullmatch(heading):
        return Question(f"How do I {_said(how[1], vocabulary)}?", Form.DEED)
    if (what := _W_TO.fullmatch(heading)) and what[2].lower() not in {"use", "do", "call"}:
        verb = "should I" if what[1].lower() == "what" else "do I" if what[1].lower() == "where" else "should I"
        return Question(f"{_said(what[1], vocabulary).capitalize()} {verb} {_said(what[2], vocabulary)}?", Form.DEED)
    if _AUXILIARY.match(heading) or _QUESTION_START.match(heading):
        said = _said(heading, vocabulary)
        return Question(f"{said[:1].upper()}{said[1:]}?", Form.QUESTION)
    if _CONDITION.match(heading) and not _W.match(heading.partition(" ")[2]) and len(heading.split()) > 2:
        said = re.sub(r"^in case (?!of\b)", "if ", _said(heading, vocabulary), flags=re.I)
        return Question(f"What should I do {said}?", Form.SYMPTOM)
    return None


def _deed(heading: str, vocabulary: Vocabulary, *, has_steps: bool) -> Question | None:
    first, _, rest = heading.partition(" ")
    base = GERUNDS.get(first.lower()) or (first.lower() if first.lower() in BASES else None)
    if base is None or not rest:
        return None
    words = [word.lower() for word in WORD.findall(re.sub(r"[(（].*", "", rest))]
    if not words or words[-1] in NOT_A_DEED or first.isupper():
        return None
    if words[0] in DETERMINERS or has_steps:
        return Question(f"How do I {base} {_with_bases(_said(rest, vocabulary, first=False))}?", Form.DEED)
    return None


def _with_bases(text: str) -> str:
    """A second deed in the form of the first: "freeze and unfreezing" is "freeze and unfreeze"."""
    return re.sub(r"\b(and|or) (\w+ing)\b", lambda match: f"{match[1]} {GERUNDS.get(match[2], match[2])}", text)


def _symptom(heading: str, vocabulary: Vocabulary, *, trouble: bool) -> Question | None:
    said = _said(heading, vocabulary)
    if _SYMPTOM.search(heading) and len(heading.split()) >= 3:
        needs_article = (
            trouble and not re.match(r"(?:the|a|an|my|i|it|there|this|no|some|one)\b", said, re.I) and not said[:1].isupper()
        )
        return Question(f"What should I do if {'the ' if needs_article else ''}{said}?", Form.SYMPTOM)
    if _NO_SOMETHING.match(heading) and (trouble or len(heading.split()) <= 4):
        return Question(f"What should I do if there is {said}?", Form.SYMPTOM)
    if trouble and len(heading.split()) <= 6 and not is_generic(heading):
        return Question(f"What should I do in case of {said}?", Form.SYMPTOM)
    return None


def _topic(heading: str, vocabulary: Vocabulary) -> Question | None:
    said = vocabulary.sentence(heading)
    bare = re.sub(r"\s*[(（].*", "", said) or said
    words = [word.lower() for word in WORD.findall(bare)]
    if not words:
        return None
    joins = {"and", "or", "vs"} & set(words) or re.search(r"[,&/:;()–—]| - ", bare)
    if len(words) == 1 and words[0] in HAPPENS:
        return Question(f"How does {said} work?", Form.TOPIC)
    head = (
        re.split(r"\s(?:of|for|in|with|on|to|from|after|before|during|under|at|by|per|that|which)\s", bare, maxsplit=1)[0]
        .split()[-1]
        .lower()
    )
    named = said[0].isupper() and len(words) == 1
    doing = words[0] in GERUNDS and words[-1] not in NOT_A_DEED
    if joins or bare.isupper() or len(words) > _MOST_TOPIC_WORDS or named or doing or words[0] in VAGUE:
        return Question(f"What should I know about {asked_by_customer(said)}?", Form.TOPIC)
    article = "" if re.match(r"(?:the|a|an|our|my|this|these|your)\b", said, re.I) else "the "
    return Question(f"What {'are' if _is_plural(head) else 'is'} {article}{asked_by_customer(said)}?", Form.TOPIC)


def _said(text: str, vocabulary: Vocabulary, *, first: bool = True) -> str:
    """Within a sentence, and by the customer; `first`: the text began the heading, so that its first capital is no name's."""
    return asked_by_customer(vocabulary.sentence(text) if first else vocabulary.sentence(f"x {text}")[2:])


def _is_plural(word: str) -> bool:
    return word.endswith("s") and not word.endswith(("ss", "us", "is", "news"))
