"""Keys, tokens, private key blocks and passwords.

A key is known by the form that its issuer gives it. A password has no form: it is whatever is called one ("my password is ..."), when it looks like
one: letters with digits or signs, or a word that is not said of passwords ("is wrong", "is required").
"""

from __future__ import annotations

import re

from studio.privacy.found import Take, in_front_of

_KEY = re.compile(
    r"""
      -----BEGIN\ [A-Z ]*PRIVATE\ KEY-----.*?(?:-----END\ [A-Z ]*PRIVATE\ KEY-----|\Z)      # PEM, RFC 7468
    | (?<![A-Za-z0-9])(?:
          (?:sk|pk|rk)[-_][A-Za-z0-9_-]{16,}                      # OpenAI, Anthropic, Stripe
        | whsec_[A-Za-z0-9]{16,}                                  # Stripe webhooks
        | hf_[A-Za-z0-9]{20,}                                     # Hugging Face
        | gh[pousr]_[A-Za-z0-9]{20,} | github_pat_\w{20,} | glpat-[\w-]{20,}
        | (?:AKIA|ASIA)[0-9A-Z]{16}                               # AWS access key id
        | AIza[\w-]{35}                                           # Google API key
        | xox[abeoprs]-[A-Za-z0-9-]{10,} | xapp-[A-Za-z0-9-]{10,} # Slack
        | https://hooks\.slack\.com/services/[A-Za-z0-9/]{10,}
        | npm_[A-Za-z0-9]{30,} | pypi-[\w-]{30,}
        | SG\.[\w-]{16,}\.[\w-]{16,}                              # SendGrid
        | eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}                   # JSON Web Token, RFC 7519
      )
    """,
    re.VERBOSE | re.DOTALL,
)
_KEY_SIGNS = (  # one of them is in every key; looking for them first is ten times as fast
    *(
        "-----BEGIN",
        "sk-",
        "sk_",
        "pk-",
        "pk_",
        "rk-",
        "rk_",
        "whsec_",
        "hf_",
        "ghp_",
        "gho_",
        "ghu_",
        "ghs_",
        "ghr_",
        "github_pat_",
        "glpat-",
    ),
    *("AKIA", "ASIA", "AIza", "xox", "xapp-", "hooks.slack", "npm_", "pypi-", "SG.", "eyJ"),
)


_PASSWORD = r"pass(?:word|wd|phrase|code)|pwd|passwort|kennwort|contraseña|mot\ de\ passe|senha|密码|口令"
_NAME = rf"""(?<![A-Za-z])(?:(?:(?:api|access|secret)[_ -]?(?:key|token)|secret|token|{_PASSWORD})(?:\s(?:for\s)?[\w-]{{1,12}})?\s*(?:[:=：]|\bis\b|\bist\b|\bes\b|\best\b|是|为)|bearer)\s*"""
_NAMED_SECRET = re.compile(
    rf"(?P<name>{_NAME})(?P<value>[\"']?(?=[^\s\"']*\d)(?=[^\s\"']*[A-Za-z])(?!\d+[- ]?(?:char|digit|stell|letter))[^\s\"',;，。；]{{6,}}[\"']?)".replace(
        r"\ ", " "
    ),
    re.IGNORECASE,
)
_PLAIN_PASSWORD = re.compile(
    rf"(?P<name>(?<![A-Za-z])(?:{_PASSWORD})\s?(?:[:=：]|is|ist|es|est|是|为)\s{{0,2}})(?P<value>(?!\w*(?:ed|ing|en|ive|ong|ect|id|able|ible|ure|ary|al|own|ak)\b)[A-Za-z]{{6,}})(?=[,.;!]|\s+and\b|\s*$)".replace(
        r"\ ", " "
    ),
    re.IGNORECASE,
)
_NAMES = ("pass", "pwd", "key", "token", "secret", "bearer", "kennwort", "contraseña", "mot de passe", "senha", "密码", "口令")


def take_secrets(text: str, take: Take) -> str:
    """The text without keys and passwords; the word that names them stays."""
    if any(sign in text for sign in _KEY_SIGNS):
        text = _KEY.sub(lambda match: take("secret", match[0], in_front_of(match)), text)
    lowered = text.lower()
    if not any(name in lowered for name in _NAMES):
        return text
    for pattern in (_NAMED_SECRET, _PLAIN_PASSWORD):
        text = pattern.sub(lambda match: match["name"] + take("secret", match["value"], in_front_of(match)), text)
    return text
