"""Brand identity: rows that teach the model who it is, whose it is, and what it never says.

brand       the form's values, checked
templates   the studio's own texts, in English and Chinese, filled in with them
from_file   a LLaMA-Factory `identity.json`, filled in with them
rendering   what comes of either: rows, rows left out, placeholders left over
saving      as a dataset, as an alpaca file; and the form's values, kept from visit to visit
"""
