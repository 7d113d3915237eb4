"""Settings of a training that outlive the form: saved as a preset, loaded from a file, written to one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import gradio as gr

from studio.errors import BadInput
from studio.training.settings.presets import PRESETS, Preset
from studio.training.settings.saved_presets import delete_preset, preset_named, restore_preset, save_preset
from studio.training.settings.settings_file import LoadedSettings, read_settings_file, settings_yaml
from studio.ui.access import require_operator
from studio.ui.context import Studio
from studio.ui.messages import plainly
from studio.ui.pages.data_section import offer
from studio.ui.text import train_settings as text
from studio.ui.views import train_settings as view

Updates = dict[Any, Any]

_BUTTON_WIDTH = 180  # pixels


class Form(Protocol):
    """What this section needs of the form."""

    @property
    def inputs(self) -> list[Any]:
        """Dataset, preset, then the settings."""

    @property
    def outputs(self) -> list[Any]:
        """What filling the form changes."""

    def choose_preset(self, dataset: str | None, preset: str) -> Updates:
        """The form with the settings of a preset."""

    def load(self, dataset: str | None, loaded: LoadedSettings) -> Updates:
        """The form with the settings of a file."""

    def values(self, values: Sequence[Any]) -> dict[str, Any]:
        """The settings as the form has them, checked."""


class SettingsSection:
    """The accordion, and what its events do. Visitors don't see it."""

    def __init__(self, studio: Studio, form: Form) -> None:
        self._settings = studio.settings
        self._workspace = studio.workspace
        self._form = form
        with gr.Accordion(text.TITLE, open=False, visible=False) as self.whole:
            with gr.Row(equal_height=True):
                self.name = gr.Textbox(label=text.NAME, info=text.NAME_INFO, max_length=100, min_width=240)
                with gr.Column(min_width=_BUTTON_WIDTH, scale=0):
                    self.save = gr.Button(text.SAVE, min_width=_BUTTON_WIDTH)
                    self.delete = gr.Button(variant="stop", visible=False, min_width=_BUTTON_WIDTH)
            gr.Markdown(text.LOAD_INFO)
            with gr.Row():
                self.upload = gr.UploadButton(text.LOAD, file_types=[".yaml", ".yml"], min_width=_BUTTON_WIDTH)
                self.export = gr.Button(text.EXPORT, min_width=_BUTTON_WIDTH)
                self.exported = gr.DownloadButton(visible=False, variant="primary", min_width=_BUTTON_WIDTH)
            self.message = gr.HTML(visible=False)
            self.undo = gr.Button(text.UNDO, visible=False, min_width=_BUTTON_WIDTH)
            self.deleted = gr.Textbox(label="Deleted", visible=False)

    @property
    def outputs(self) -> list[Any]:
        """What filling the form changes here."""
        return [self.delete, self.exported]

    @property
    def opened(self) -> list[Any]:
        """What opening the page changes besides."""
        return [self.whole]

    def open(self, *, operator: bool) -> Updates:
        """As the page opens."""
        return {self.whole: gr.Accordion(visible=operator)}

    def chosen(self, preset: Preset) -> Updates:
        """A preset was chosen: one that was saved here can be deleted."""
        label = text.DELETE.format(name=preset.name)
        return {
            self.delete: gr.Button(label, visible=preset.base is not None),
            self.exported: gr.DownloadButton(visible=False),
        }

    def wire(self) -> None:
        """Connect the events."""
        private: dict[str, Any] = {"api_visibility": "private"}
        form, said = self._form, [self.message, self.undo, self.deleted, self.name]
        everything = [*form.outputs, *said]
        dataset, preset, *settings = form.inputs
        self.save.click(
            plainly(self.keep), [dataset, self.name, *settings], everything, api_name="train_settings_save", **private
        )
        self.upload.upload(plainly(self.load), [dataset, self.upload], everything, api_name="train_settings_load", **private)
        self.export.click(
            plainly(self.write), [dataset, preset, *settings], self.exported, api_name="train_settings_export", **private
        )
        self.delete.click(plainly(self.remove), [dataset, preset], everything, api_name="train_settings_delete", **private)
        self.undo.click(plainly(self.restore), [dataset, self.deleted], everything, api_name="train_settings_restore", **private)

    def keep(self, request: gr.Request, dataset: str | None, name: str | None, *values: Any) -> Updates:
        """Save the form's settings as a preset, and choose it.

        Raises:
            NotAllowed: the caller is a visitor.
            BadInput: a setting can't be used, or the name.
        """
        require_operator(self._settings, request, to=text.MAY_CHANGE)
        preset = save_preset(self._workspace, name or "", self._form.values(values))
        return self._form.choose_preset(dataset, preset.name) | self._say(view.saved_html(preset)) | {self.name: ""}

    def load(self, request: gr.Request, dataset: str | None, path: str | None) -> Updates:
        """Fill the form from a settings file.

        Raises:
            NotAllowed: the caller is a visitor.
            BadInput: the file can't be used.
        """
        require_operator(self._settings, request, to=text.MAY_LOAD)
        if not path:
            return {}
        loaded = read_settings_file(Path(path))
        return self._form.load(dataset, loaded) | self._say(view.loaded_html(loaded, Path(path).name))

    def write(self, request: gr.Request, dataset: str | None, preset: str, *values: Any) -> gr.DownloadButton:
        """Write the form's settings as a file and offer it.

        Raises:
            NotAllowed: the caller is a visitor.
            BadInput: a setting can't be used.
        """
        require_operator(self._settings, request, to=text.MAY_EXPORT)
        checked, chosen = self._form.values(values), preset_named(self._workspace, preset)
        content = settings_yaml(checked, preset=chosen.base or chosen.name, dataset=dataset)
        return offer(self._workspace, text.DOWNLOAD_NAME, content)

    def remove(self, request: gr.Request, dataset: str | None, preset: str) -> Updates:
        """Delete the chosen preset, and offer to take that back; the preset it was made from is chosen.

        Raises:
            NotAllowed: the caller is a visitor.
            NotFound: nothing is saved under that name.
        """
        require_operator(self._settings, request, to=text.MAY_CHANGE)
        gone = preset_named(self._workspace, preset)
        token = delete_preset(self._workspace, gone.name)
        filled = self._form.choose_preset(dataset, gone.base or PRESETS[0].name)
        return filled | self._say(view.deleted_html(gone.name), deleted=token)

    def restore(self, request: gr.Request, dataset: str | None, token: str | None) -> Updates:
        """Take the deletion back, and choose the preset.

        Raises:
            NotAllowed: the caller is a visitor.
            BadInput: nothing was deleted, or others have that name now.
        """
        require_operator(self._settings, request, to=text.MAY_CHANGE)
        if not token:
            raise BadInput(text.NOTHING_DELETED)
        preset = restore_preset(self._workspace, token)
        return self._form.choose_preset(dataset, preset.name) | self._say(view.restored_html(preset))

    def _say(self, markup: str, *, deleted: str = "") -> Updates:
        return {
            self.message: gr.HTML(markup, visible=True),
            self.undo: gr.Button(visible=bool(deleted)),
            self.deleted: deleted,
        }
