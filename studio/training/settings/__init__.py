"""What a training is asked to do: `spec` has every setting with its range, `presets` and `saved_presets` those that go together, and
`settings_file` reads and writes them as YAML, LLaMA-Factory's too. Knows no torch: pages and commands ask too.
"""
