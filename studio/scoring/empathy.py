"""Does the answer acknowledge what the customer feels?

Read from the normalised text, one sentence at a time, by forms that a person can check. One is enough:

| form          | counts                                                            | does not                                          |
|---------------|-------------------------------------------------------------------|---------------------------------------------------|
| perceived     | "I can hear how frightened you are", "I understand your anger"    | "I understand that you want a refund"             |
| named         | "that must be exhausting", "waiting like this is frightening"     | "the password must be hard to guess"              |
| granted       | "anyone would be furious", "you have every reason to be upset"    | "you have every right to cancel"                  |
| regretted     | "I am so sorry for your loss", "my condolences"                   | "sorry, but ...", "sorry for the inconvenience"   |
| welcomed      | "I am glad you told me", "thank you for trusting us with this"    | "thank you for contacting us"                     |
| stood by      | "you are not alone", "none of this is your fault", "you matter"   | "you are not alone in the queue"                  |

What takes it all back, wherever it stands: being told how to feel ("calm down", "you are overreacting", "no need to shout"). What stands behind
an `if` is not acknowledged ("tell us if it is painful").

What this cannot do: tell whether it is the right feeling (an item can forbid "frustration" where somebody grieves), read irony, or
know a wording that is in no form. English only.
"""

from __future__ import annotations

import re

from studio.scoring.normalise import PAUSE, STOP, normalise

_FELT = (
    "afraid|alarmed|angry|annoyed|anxious|ashamed|desperate|devastated|disappointed|distressed|drained|embarrassed|exhausted|"
    "fed up|frightened|frustrated|furious|grieving|guilty|heartbroken|helpless|hopeless|humiliated|hurt|hurting|in pain|lonely|"
    "mad|nervous|overwhelmed|panicked|panicking|sad|scared|shaken|sick with worry|stressed|struggling|suffering|terrified|"
    "tired|uneasy|upset|worn out|worried|worrying"
)
"""How a person is."""
_PLAIN = "awful|difficult|hard|horrible|lonely|sad|terrible|tiring|tough|unfair"
_STRONG = (
    "agonising|agonizing|annoying|crushing|devastating|disappointing|distressing|draining|embarrassing|exasperating|exhausting|"
    "frightening|frustrating|harrowing|heartbreaking|humiliating|hurtful|infuriating|maddening|mortifying|nerve (?:w?)racking|"
    "overwhelming|painful|scary|shocking|stressful|terrifying|unbearable|unsettling|upsetting|worrying"
)
"""How a situation is; the strong ones say so of any subject, the plain ones only where the form leaves no doubt."""
_FEELING = (
    "anger|anguish|anxiety|despair|disappointment|distress|embarrassment|exhaustion|fears?|frustration|grief|guilt|heartache|"
    "hurt|loneliness|loss|pain|panic|sadness|shame|sorrow|stress|worry|worries"
)
_PEOPLE = (
    "husband|wife|partner|mother|mum|mom|father|dad|son|daughter|baby|child|brother|sister|grandmother|grandfather|"
    "grandma|grandpa|friend|dog|cat"
)

_HOW_MUCH = (
    r"(?:(?:so|very|really|truly|deeply|terribly|quite|incredibly|extremely|completely|utterly|absolutely|unbearably|all|"
    r"just|pretty|such an?|an?|more than|beyond|rather) )*"
)
_WORDS = r"(?:[^\W_]+ )"
_I = r"\b(?:i|we) (?:(?:can|do|could|really|truly|fully|only|hardly|too|certainly) )*(?:can not )?"
_PERCEIVE = r"(?:hear|see|understand|know|imagine|feel|sense|tell|appreciate|reali[sz]e|get|read) "
_NOT_TO_DO = r"(?! to (?!bear|take|hear|live|carry|go|face|endure|accept|wait|watch|lose))"
"""`hard to bear` names a feeling, `hard to guess` a password."""
_IS = r"(?:is|are|was|were|feels?|felt|must be|must feel|must have been|has been|have been|can be|sounds?|seems?) "

_FORMS = {
    "perceived": (
        rf"{_I}{_PERCEIVE}(?:from your message )?(?:just )?how {_HOW_MUCH}(?:{_FELT}|{_PLAIN}|{_STRONG}|urgent|bad|heavy)\b",
        rf"{_I}{_PERCEIVE}how much (?:this|it|that|he|she|they|you|depends?|your {_WORDS}) ?(?:hurts?|means?|meant|mattered|matters?|on)\b",
        rf"{_I}{_PERCEIVE}(?:that |why )?you (?:are|feel|were|must be|must feel|have been) {_HOW_MUCH}(?:{_FELT})\b",
        rf"{_I}{_PERCEIVE}(?:that |why )?(?:this|that|it) {_IS}{_HOW_MUCH}(?:{_PLAIN}|{_STRONG})\b",
        rf"{_I}{_PERCEIVE}your {_WORDS}?(?:{_FEELING})\b(?! (?:report|claim|form|number|points?|level|policy))",
    ),
    "named": (
        rf"\b(?:this|that|it|all of (?:this|that)|what (?:you|he|she|they) {_WORDS}{{1,5}}) (?:(?:really|certainly) )?"
        rf"{_IS}{_HOW_MUCH}(?:{_PLAIN}|{_STRONG})\b{_NOT_TO_DO}",
        rf"\b(?:must be|must feel|must have been|must have felt|sounds?) {_HOW_MUCH}(?:{_PLAIN}|{_STRONG})\b{_NOT_TO_DO}",
        rf"\b(?:is|feels|was|can be) {_HOW_MUCH}(?:{_STRONG})\b",
        r"\bhurts? (?:terribly|deeply|badly|so much|a lot)\b|\bwears? (?:anybody|anyone|everyone|you) (?:down|out)\b",
        rf"\b(?:what|how) an? {_HOW_MUCH}(?:{_PLAIN}|{_STRONG}) (?:time|thing|day|night|week|year|shock|situation|wait)\b",
        r"\bnot knowing is\b|\bthat is (?:a lot|too much|so much) (?:to|for)\b|\bfear of [^\W_]+ is real\b",
    ),
    "granted": (
        rf"\b(?:anyone|anybody|everyone|everybody|i|who) would(?: not)? (?:be|feel) {_HOW_MUCH}(?:{_FELT})\b",
        rf"\bno wonder (?:that )?you (?:are|feel) {_HOW_MUCH}(?:{_FELT})\b",
        rf"\byou have every (?:right|reason) to (?:be|feel) {_HOW_MUCH}(?:{_FELT})\b",
        rf"\b(?:of course|naturally) (?:that )?you (?:are|feel) {_HOW_MUCH}(?:{_FELT})\b",
        rf"\byou (?:must be|must feel|sound|seem) {_HOW_MUCH}(?:{_FELT})\b",
        rf"\byour (?:{_FEELING}) (?:is|are|makes?) {_HOW_MUCH}(?:fair|justified|understandable|real|valid|sense|heard)\b",
        rf"\bit (?:is|makes) {_HOW_MUCH}(?:natural|normal|human|understandable|sense) (?:that you (?:are|feel)|to (?:be|feel)) {_HOW_MUCH}(?:{_FELT})\b",
        r"\byou are (?:(?:completely|quite|absolutely) )?right to (?:be|feel|insist|say)\b|\byou deserve(?:d)? better\b",
        r"\b(?:nobody|no one) should have to (?:go through|live|wait|feel|carry|bear|face)\b",
    ),
    "regretted": (
        rf"\bsorry (?:for|about) (?:your |what {_WORDS}|all {_WORDS}){_WORDS}?(?:{_FEELING}|{_PEOPLE}|happened|you|through)\b",
        r"\bsorry (?:that )?(?:you (?:are|were|have|had|feel|lost|went|must)|we (?:let|left|kept|failed|put)|(?:this|that|it) (?:has )?happen)",
        r"\bsorry that (?:strangers|others|somebody|someone|nobody|no one|your)\b|\bsorry to hear (?:(?:that|about|of|how)\b(?! you want)|you)",
        r"\b(?:my|our) (?:[^\W_]+ ){0,2}(?:condolences|sympath(?:y|ies))\b|\b(?:condolences|sympathy) (?:on|for|to) ",
    ),
    "welcomed": (
        r"\b(?:glad|relieved|grateful|thankful) (?:that )?you (?:wrote|told|said|asked|did|tell|are here|messaged|spoke|trusted|let)\b",
        r"\b(?:thank you|thanks) for (?:telling (?:me|us)(?! (?:your|the))|trusting|opening up|being (?:so )?(?:open|honest)|sharing (?:this|that|how|what))",
    ),
    "stood by": (
        r"\byou are not alone\b(?! in the)|\byou (?:really |do |still )?matter\b|\byou are not (?:a burden|to blame|stupid|weak|crazy|mad|foolish)\b",
        r"\b(?:nothing to be|need not be|do not have to be) (?:ashamed|embarrassed)\b|\bno shame in\b|\bnothing (?:foolish|silly|stupid|shameful) about\b",
        r"\b(?:not|none of (?:it|this|that) is) your fault\b",
        r"\b(?:worried|concerned) about you\b|\byour (?:words|message|note) (?:worry|worries|worried|touched|moved) (?:me|us)\b",
        r"\byou did (?:just |exactly |the )?right\b|\bshows how much you care\b|\byou are doing so much\b|\bwith you in this\b",
    ),
}
"""The forms by the name that the table above gives them."""

_DISMISSALS = (
    r"\bcalm (?:yourself )?down\b|\bover ?react(?:ing|ed|ion)?\b|\bget over it\b|\bcheer up\b|\bpull yourself together\b",
    r"\bno (?:need|reason) (?:for you )?to (?:shout|yell|panic|cry|swear|(?:be|feel|get)(?! (?:ashamed|embarrassed|guilty)))\b|\bstop (?:crying|shouting|yelling|panicking|complaining|being)\b",
    r"\byou (?:should|must|need) not (?:be|feel|get) (?:so |that |too )?(?:angry|annoyed|frustrated|furious|mad|sad|scared|upset|worried)\b",
    r"\bnot (?:such )?a big deal\b|\b(?:it is|that is) (?:only|just) an? (?:parcel|package|order|game|phone|exam|grade|bill|dress|meal|pet)\b",
    r"\bothers have it worse\b|\bcould be worse\b|\bbe reasonable\b|\bwatch your (?:tone|language)\b",
)

_SEARCHED = {name: tuple(re.compile(form) for form in forms) for name, forms in _FORMS.items()}
_DISMISSES = re.compile("|".join(_DISMISSALS))
_CONDITION_BEFORE = re.compile(r"\b(?:if|unless|whether|in case)\b")


def acknowledges_feeling(answer: str) -> bool:
    """Whether `answer` says, in one of the forms above, that it has noticed how the customer feels, and nowhere takes it back."""
    return bool(acknowledgements(answer))


def acknowledgements(answer: str) -> tuple[str, ...]:
    """The names of the forms found in `answer`, in the order of the table; none where the answer tells the customer how to feel."""
    sentences = [sentence.replace(f" {PAUSE} ", " ") for sentence in normalise(answer).split(f" {STOP} ")]
    if any(_DISMISSES.search(sentence) for sentence in sentences):
        return ()
    return tuple(name for name, forms in _SEARCHED.items() if any(_meant(form, said) for form in forms for said in sentences))


def _meant(form: re.Pattern[str], sentence: str) -> bool:
    """Whether the form stands in the sentence with no `if` before it."""
    return any(not _CONDITION_BEFORE.search(sentence, 0, found.start()) for found in form.finditer(sentence))
