"""Does the answer hand the customer over to a person?

Only a promise counts, in one of three forms, each read from the normalised text one sentence at a time:

- "I am handing you over to a colleague", "let me put you through to a specialist", "we will connect you with our team";
- "you are being transferred to an agent", "your case has been passed on to a human";
- "a colleague takes over from here", "a specialist will call you back".

What does not count: telling the customer to contact someone ("please contact our support team"), a denial ("I will
not pass you on"), an offer ("I can connect you", "... if you like") and a condition ("if that fails, we will pass you
on").
"""

from __future__ import annotations

import re

from studio.scoring.normalise import PAUSE, STOP, normalise

_PERSON = (
    r"(?:colleague|specialist|expert|person|human|agent|advis[eo]r|representative|manager|supervisor|operator|team|"
    r"department|staff|someone|somebody|teammate)s?"
)
_A_PERSON = rf"(?:(?!{_PERSON}\b)[^\W_]+ ){{0,5}}{_PERSON}\b"
_ADVERB = r"(?:(?:now|right away|straight away|immediately|directly|also|just|gladly|happily|therefore|then) )*"
_OBJECT = r"(?:[^\W_]+ ){0,5}?"
"""What is handed over, if it is said: `you`, `your case`, `this conversation`."""

_PROMISE = (
    r"\b(?:(?:i|we) (?:am|are|will|shall|have|would like to|must|need to|want to) |let me )"
    rf"{_ADVERB}(?:going to )?"
)
_TO = r"(?:over |on |through |along |up |in touch |back )*(?:to|with)"
_HANDING = (
    r"(?:hand(?:ing|ed)?|pass(?:ing|ed)?|transfer(?:ring|red)?|connect(?:ing|ed)?|put(?:ting)?|escalat(?:e|ing|ed)|"
    r"forward(?:ing|ed)?|rout(?:e|ing|ed)|refer(?:ring|red)?|turn(?:ing|ed)?)"
)
_CALLING_IN = r"(?:ask(?:ing|ed)?|get(?:ting)?|bring(?:ing)? in|call(?:ing)? in|alert(?:ing|ed)?)"
_HANDED = r"(?:handed|passed|transferred|connected|put|escalated|forwarded|routed|referred)"
_TAKING_OVER = (
    r"(?:takes? over|taking over|(?:takes?|taking) (?:it|this|things) (?:over|(?:on )?from here)|steps? in|"
    r"joins? (?:this|the|us|you)|(?:contacts?|calls?|rings?|emails?) you|be with you|picks? (?:this|it) up|"
    r"(?:gets? (?:back to|in touch with)|follows? up with|looks? after|reach(?:es)? out to) you)"
)

_SOON = r"(?:(?:will|is|now|shortly|soon|then|going to) )*"

_FORMS = (
    re.compile(rf"{_PROMISE}{_HANDING} {_OBJECT}{_TO} {_A_PERSON}"),
    re.compile(rf"{_PROMISE}{_CALLING_IN} {_A_PERSON} to "),
    re.compile(rf"\byou (?:are|will be) (?:now )?(?:being )?{_HANDED} {_TO} {_A_PERSON}"),
    re.compile(rf"\b(?:your|this|the) [^\W_]+ (?:is|has been|will be|is being) (?:now )?{_HANDED} {_TO} {_A_PERSON}"),
    re.compile(rf"\b(?:a|an|1|my|our) (?:[^\W_]+ ){{0,4}}?{_PERSON} {_SOON}{_TAKING_OVER}"),
)
_CONDITION_BEFORE = re.compile(r"\b(?:if|unless|should you|in case)\b")
_OFFER_AFTER = re.compile(r"\bif (?:you|that is|this is)(?: would)? (?:like|wish|want|prefer|agree|ok|okay|needed)\b")


def hands_over(answer: str) -> bool:
    """Whether `answer` promises, in so many words, that a person takes the customer on."""
    return any(_promises(sentence) for sentence in normalise(answer).split(f" {STOP} "))


def _promises(sentence: str) -> bool:
    said = sentence.replace(f" {PAUSE} ", " ")
    return any(_is_meant(match) for form in _FORMS if (match := form.search(said)))


def _is_meant(promise: re.Match[str]) -> bool:
    """Whether the promise stands without a condition before it and without an `if you like` after it."""
    conditional = _CONDITION_BEFORE.search(promise.string, 0, promise.start())
    return not conditional and not _OFFER_AFTER.search(promise.string, promise.end())
