"""Verbs that headings of manuals begin with, and their forms in -ing."""

from __future__ import annotations

from studio.dataset.distillation.words import word_set

_DOUBLED = word_set(
    "set reset get put log plug unplug stop run swap ship drop scan cut submit fit transfer cancel begin unwrap wrap trim"
)
_OTHERS = word_set(
    "accept access activate add adjust align apply approve arrange ask assemble assign attach authorise authorize avoid back bind block book borrow build buy "
    "calculate calibrate call care change charge check choose claim clean clear close collect combine compare complete configure confirm connect "
    "contact control convert copy correct create customise customize deactivate defrost delete deliver deposit descale detach disable disassemble disconnect dispose "
    "download dry edit empty enable end enrol enroll enter erase escalate exchange export extend file fill find fix fold follow forward freeze give handle "
    "hang identify import improve increase inform insert inspect install invite invoke join keep know label leave lend lift link list load locate lock lubricate "
    "maintain make manage measure merge mix monitor mount move navigate offer open operate order organise organize pack pair park pay perform place play "
    "position post power prepare press print process protect prove provide purchase raise read receive recharge recognise recognize record recover recycle redeem "
    "reduce refill refund refresh register reinstall remove rename renew rent repair repeat replace report request resend reserve resize resolve respond restart "
    "restore resume retrieve return reuse review revoke rotate save schedule search secure see select sell send separate serve share show sign sort "
    "start sterilise sterilize store subscribe suspend switch sync synchronise synchronize take terminate test track trace train travel troubleshoot turn unblock undo "
    "unfreeze uninstall unlink unlock unpack unsubscribe update upgrade upload use validate verify view visit wait wake warm wash wear withdraw work write"
)

BASES = _DOUBLED | _OTHERS


def _gerunds(base: str) -> list[str]:
    if base in _DOUBLED:
        doubled = f"{base}{base[-1]}ing"
        return [doubled, f"{base}ing"] if base == "cancel" else [doubled]
    if base.endswith("ie"):
        return [f"{base[:-2]}ying"]
    if base.endswith("e") and not base.endswith(("ee", "ye", "oe")):
        return [f"{base[:-1]}ing"]
    return [f"{base}ing"]


GERUNDS = {gerund: base for base in sorted(BASES) for gerund in _gerunds(base)}
