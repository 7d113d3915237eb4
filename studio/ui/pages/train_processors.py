"""How the processes of the form's training would be started: it follows every change of the settings."""

from __future__ import annotations

from typing import Any

import gradio as gr

from studio.jobs.processes import CONFIG_FILE
from studio.training.settings.spec import TrainSpec
from studio.ui.text import train_processors as text
from studio.ui.views.train_processors import launch_command, processors_html

Updates = dict[Any, Any]


class ProcessorsSection:
    """What stands below the settings of several processes. Of a form that can't be started it shows nothing: the form says why."""

    def __init__(self) -> None:
        code: dict[str, Any] = {
            "interactive": False,
            "visible": False,
            "wrap_lines": True,
            "show_line_numbers": False,
            "buttons": ["copy"],
        }
        self.sentence = gr.HTML(f'<p class="muted">{text.ALONE}</p>')
        self.command = gr.Code(language="shell", label=text.COMMAND, lines=1, **code)
        self.config = gr.Code(language="yaml", label=text.CONFIG.format(file=CONFIG_FILE), lines=1, **code)

    @property
    def outputs(self) -> list[Any]:
        """What a change of the form changes."""
        return [self.sentence, self.command, self.config]

    def show(self, wanted: TrainSpec | None) -> Updates:
        """The section for the training that the form asks for; for None, where it can't be started, nothing."""
        if wanted is None:
            return {self.sentence: "", self.command: gr.Code(visible=False), self.config: gr.Code(visible=False)}
        launch = wanted.launch
        shown = not launch.alone
        return {
            self.sentence: processors_html(wanted),
            self.command: gr.Code(launch_command(launch), visible=shown),
            self.config: gr.Code(launch.config_yaml(), visible=shown),
        }
