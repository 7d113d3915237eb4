"""The look: system fonts, one accent. Base is always slate, tuned always teal."""

from __future__ import annotations

import gradio as gr

_SANS = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "Noto Sans CJK SC", "sans-serif")
_MONO = ("ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace")


def theme() -> gr.themes.Base:
    """Gradio's base theme with the studio's colours; no font is fetched from anywhere."""
    return gr.themes.Base(
        primary_hue=gr.themes.colors.teal,
        secondary_hue=gr.themes.colors.slate,
        neutral_hue=gr.themes.colors.slate,
        font=list(_SANS),
        font_mono=list(_MONO),
    ).set(
        button_primary_background_fill="*primary_700",
        button_primary_background_fill_hover="*primary_800",
        button_primary_background_fill_dark="*primary_700",
        button_primary_background_fill_hover_dark="*primary_600",
        button_primary_text_color="white",
        body_text_color_subdued="*neutral_600",
        body_text_color_subdued_dark="*neutral_300",
        block_label_text_color="*neutral_700",
        block_label_text_color_dark="*neutral_200",
        block_info_text_color="*neutral_600",
        block_info_text_color_dark="*neutral_300",
        link_text_color="*primary_700",
        link_text_color_dark="*primary_300",
    )


CSS = """
.gradio-container { width: 100% !important; min-width: 0 !important; max-width: 1200px !important; margin: 0 auto !important; line-height: 1.6; }
.prose a { padding: 0 !important; text-align: inherit; }
button[role="tab"].selected { color: #0f766e !important; } .dark button[role="tab"].selected { color: #5eead4 !important; }
input[role="combobox"] { text-overflow: ellipsis; padding-right: 2.5rem !important; }
.html-container { padding: 0 !important; }
.prose h1 { margin-bottom: .25rem; }
.prose p, .prose li { max-width: 75ch; }
.prose table { display: block; overflow-x: auto; }
.card { border: 1px solid var(--border-color-primary); border-radius: 10px; padding: 1rem 1.25rem; background: var(--block-background-fill); }
.cards { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 13rem), 1fr)); }
.cards.numbers { grid-template-columns: repeat(auto-fit, minmax(min(100%, 10.5rem), 1fr)); }
.card h2, .card h3 { margin: 0 0 .25rem; font-size: 1rem; }
.card p { margin: .25rem 0; }
.big { font-size: 1.75rem; font-weight: 600; font-variant-numeric: tabular-nums; line-height: 1.2; }
.muted { color: var(--body-text-color-subdued); }
.base { --side: #475569; } .tuned { --side: #0f766e; }
.dark .base { --side: #94a3b8; } .dark .tuned { --side: #2dd4bf; }
.side { border-left: 5px solid var(--side); }
.side-name { color: var(--side); font-weight: 600; }
.passed::before { content: "✔ "; } .failed::before { content: "✘ "; } .errored::before { content: "! "; }
.passed { color: #0f766e; } .failed, .errored { color: #b91c1c; }
.dark .passed { color: #5eead4; } .dark .failed, .dark .errored { color: #fca5a5; }
.bar { height: .6rem; border-radius: .3rem; background: var(--border-color-primary); overflow: hidden; }
.bar > span { display: block; height: 100%; background: #0f766e; }
.prose a.tag { border: 1px solid var(--border-color-primary); border-radius: 1rem; padding: 0 .6rem !important; font-size: .85rem; white-space: nowrap; }
.studio-table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
.studio-table th, .studio-table td { text-align: left; padding: .4rem .6rem; border-bottom: 1px solid var(--border-color-primary); vertical-align: top; }
.prose .studio-table, .prose .studio-table :is(th, td, tr) { border-width: 0 0 1px; border-color: var(--border-color-primary); }
.prose .studio-table { display: table; overflow: visible; }
.prose pre, .prose pre code { white-space: pre-wrap !important; overflow-wrap: anywhere; overflow: visible !important; }
.prose :not(pre) > code { white-space: normal !important; overflow-wrap: anywhere; }
body:not(.dark) .cm-line span { color: inherit !important; }
.studio-scroll { overflow-x: auto; contain: inline-size; }
[aria-label="Static column"] { display: none; }
@media (max-width: 640px) { .gradio-container { padding: .5rem !important; } }
"""
