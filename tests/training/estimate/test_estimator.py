"""Steps, time, badge, advice and what-if of a training."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.errors import BadInput, NotFound
from studio.training.estimate.advice import advise, what_if
from studio.training.estimate.calibration import Calibration, Measurement, read_calibration, remember
from studio.training.estimate.estimator import MEGABYTE, Badge, Pace
from studio.training.estimate.machine import GPU_CLASSES, find_machine
from studio.training.estimate.workload import RowSize
from studio.training.settings.presets import PRESETS
from studio.training.settings.spec import TrainSpec
from studio.workspace.layout import Workspace
from tests.training.estimate.support import CPU, GPU, LARGE, ROWS, TINY, estimator, spec

LONG = [RowSize(tokens=900 + index, learned=400 + index, before=500) for index in range(64)]
BATCHES = st.sampled_from([1, 2, 4, 8, 16])


def measurement(**values: object) -> Measurement:
    return Measurement(
        **{
            "machine": CPU.title, "bf16": True, "model": "smollm2-135m-instruct", "load_in_4bit": False, "gradient_checkpointing": False,
            "attention": "sdpa", "per_device_train_batch_size": 4, "frozen_fraction": 0.0, "lora_rank": 16, "tokens_per_second": 900.0,
            "slowness": 2.0, "program_mb": 500.0, "heap": 0.5, **values,
        }  # type: ignore[arg-type]
    )  # fmt: skip


class TestTime:
    def test_twice_the_passes_are_twice_the_training(self) -> None:
        one = estimator()
        pace = Pace(one.setup(spec()), one.workload(spec()), CPU.flops, 1.0)
        assert pace.seconds(100) == pytest.approx(2 * pace.seconds(50))

    def test_a_known_row_takes_less_when_layers_are_frozen(self) -> None:
        frozen = spec(frozen_fraction=0.5)
        one = estimator()
        pace = Pace(one.setup(frozen), one.workload(frozen), CPU.flops, 1.0)
        assert pace.seconds(100) < 2 * pace.seconds(50)

    @given(steps=st.integers(1, 400), more=st.integers(1, 400), batch=BATCHES, accumulation=BATCHES)
    def test_more_steps_take_longer(self, steps: int, more: int, batch: int, accumulation: int) -> None:
        wanted = spec(per_device_train_batch_size=batch, gradient_accumulation_steps=accumulation, frozen_fraction=0.5)
        one = estimator()
        pace = Pace(one.setup(wanted), one.workload(wanted), CPU.flops, 1.0)
        assert 0 < pace.seconds(steps) < pace.seconds(steps + more)

    def test_max_minutes_cuts_the_steps_to_what_fits(self) -> None:
        free = estimator().estimate(spec(num_train_epochs=50.0))
        timed = estimator(calibration=Calibration(measurements=(measurement(slowness=1e4),))).estimate(
            spec(num_train_epochs=50.0, max_minutes=5)
        )
        assert free.steps == 2500 and 1 <= timed.steps < 2500
        assert timed.seconds < 5 * 60 * 1.5

    def test_enough_minutes_cut_nothing(self) -> None:
        assert estimator().estimate(spec(max_minutes=1000)).steps == 50

    @given(batch=BATCHES, length=st.integers(40, 200))
    @settings(max_examples=30)
    def test_longer_rows_and_larger_batches_never_take_less_memory(self, batch: int, length: int) -> None:
        def peak(batch: int, length: int) -> float:
            rows = [RowSize(length, 10, length - 10)] * 64
            wanted = spec(per_device_train_batch_size=batch, frozen_fraction=0.5)
            return estimator(rows=rows).estimate(wanted).memory.total

        assert peak(batch, length) <= peak(batch * 2, length)
        assert peak(batch, length) <= peak(batch, length + 8)

    def test_very_many_rows_are_estimated_by_some_of_them(self) -> None:
        many = estimator(rows=ROWS * 100).estimate(spec())
        few = estimator(rows=ROWS * 20).estimate(spec())
        assert (many.rows, many.steps) == (20_000, 5_000)
        assert many.seconds == pytest.approx(5 * few.seconds, rel=0.3)  # starting and saving do not grow with the rows
        assert many.memory.activations == few.memory.activations

    def test_rows_that_are_all_cut_to_nothing_are_said(self) -> None:
        with pytest.raises(BadInput, match="Raise max_length"):
            estimator().estimate(spec(max_length=20))


class TestBadge:
    def test_compares_peak_and_reserve_with_the_memory_that_is_there(self) -> None:
        found = estimator().estimate(spec())
        for share, badge in ((0.5, Badge.FITS), (0.84, Badge.FITS), (0.9, Badge.TIGHT), (1.01, Badge.TOO_BIG)):
            machine = replace(CPU, memory_mb=found.peak_mb / share)
            assert estimator(machine).estimate(spec()).badge is badge

    def test_keeps_room_for_cuda_itself(self) -> None:
        found = estimator(GPU).estimate(spec())
        assert found.reserve > 600 * MEGABYTE
        assert estimator(replace(GPU, memory_mb=found.peak_mb * 1.02)).estimate(spec()).badge is Badge.TOO_BIG

    def test_the_t4_preset_fits_a_t4_and_its_weights_in_16_bit_do_not(self) -> None:
        preset = next(preset for preset in PRESETS if preset.name == "t4-quarter-hour")
        wanted = TrainSpec(dataset="faq", preset=preset.name, **preset.settings)
        t4 = find_machine("t4")
        assert estimator(t4, LARGE).estimate(wanted).badge is not Badge.TOO_BIG
        assert estimator(t4, LARGE).estimate(wanted.model_copy(update={"load_in_4bit": False})).badge is Badge.TOO_BIG


class TestAdvice:
    def test_is_not_given_where_it_fits(self) -> None:
        one = estimator()
        assert advise(one, one.estimate(spec())) is None

    @given(share=st.floats(0.2, 0.99), batch=BATCHES, four_bit=st.booleans(), on_gpu=st.booleans())
    @settings(max_examples=40, deadline=None)
    def test_what_is_advised_fits(self, share: float, batch: int, four_bit: bool, on_gpu: bool) -> None:
        wanted = spec(per_device_train_batch_size=batch, load_in_4bit=four_bit, max_length=2048)
        machine, architecture = (GPU, LARGE) if on_gpu else (CPU, TINY)
        need = estimator(machine, architecture, rows=LONG).estimate(wanted)
        one = estimator(replace(machine, memory_mb=need.peak_mb * share), architecture, rows=LONG)
        advice = advise(one, one.estimate(wanted))
        if advice is not None:
            changed = one.estimate(wanted.model_copy(update=dict(advice.changes)))
            assert changed.badge is Badge.FITS and changed == advice.estimate
            assert TrainSpec(**{**wanted.model_dump(), **advice.changes}) == changed.spec, (
                "the change is no setting of a training"
            )

    def test_a_smaller_batch_comes_first_and_leaves_the_rows_of_a_step(self) -> None:
        wanted = spec(per_device_train_batch_size=16, max_length=2048)
        need = estimator(GPU, LARGE, rows=LONG).estimate(wanted)
        half = estimator(GPU, LARGE, rows=LONG).estimate(spec(per_device_train_batch_size=8, max_length=2048))
        assert half.peak_mb < need.peak_mb
        machine = replace(GPU, memory_mb=(half.peak_mb + half.reserve / MEGABYTE) / 0.84)
        one = estimator(machine, LARGE, rows=LONG)
        advice = advise(one, one.estimate(wanted))
        assert advice is not None
        assert advice.changes == {"per_device_train_batch_size": 8, "gradient_accumulation_steps": 2}

    def test_nothing_is_advised_where_nothing_helps(self) -> None:
        one = estimator(replace(GPU, memory_mb=1000), LARGE)
        assert advise(one, one.estimate(spec())) is None


class TestWhatIf:
    def test_every_line_makes_as_many_rows_a_step_and_one_is_the_chosen(self) -> None:
        wanted = spec(per_device_train_batch_size=4, gradient_accumulation_steps=2, max_length=64)
        lines = what_if(estimator(), wanted)
        specs = [line.estimate.spec for line in lines]
        assert {one.per_device_train_batch_size * one.gradient_accumulation_steps for one in specs} == {8}
        assert {one.max_length for one in specs} == {64, 128} and {one.load_in_4bit for one in specs} == {False, True}
        assert [line.estimate.spec for line in lines if line.chosen] == [wanted]
        assert len({(one.per_device_train_batch_size, one.max_length, one.load_in_4bit) for one in specs}) == len(lines)

    def test_lengths_that_change_nothing_are_left_out(self) -> None:
        def lengths(chosen: int) -> set[int]:
            return {line.estimate.spec.max_length for line in what_if(estimator(), spec(max_length=chosen))}

        assert lengths(512) == {64, 512} and lengths(110) == {64, 110} and lengths(100) == {64, 100, 200}

    def test_lengths_that_leave_nothing_to_learn_are_left_out(self) -> None:
        lines = what_if(estimator(rows=LONG), spec(max_length=600))
        assert {line.estimate.spec.max_length for line in lines} == {512, 600, 1200}

    def test_its_line_says_what_the_estimate_says(self) -> None:
        (chosen,) = (line for line in what_if(estimator(), spec()) if line.chosen)
        assert chosen.estimate == estimator().estimate(spec())


class TestCalibration:
    def test_nothing_was_measured_before_a_run_or_where_the_file_is_damaged(self, workspace: Workspace) -> None:
        assert read_calibration(workspace).measurements == ()
        workspace.calibration_file.write_text('{"measurements": [{"machine": 3}]}')
        assert read_calibration(workspace).measurements == ()
        remember(workspace, measurement())
        assert read_calibration(workspace).measurements == (measurement(),)

    def test_runs_with_the_same_settings_are_averaged_and_others_stand_beside_them(self, workspace: Workspace) -> None:
        remember(workspace, measurement(slowness=2.0))
        remember(workspace, measurement(slowness=4.0))
        remember(workspace, measurement(slowness=9.0, per_device_train_batch_size=16))
        first, second = read_calibration(workspace).measurements
        assert (first.slowness, first.runs, second.slowness) == (3.0, 2, 9.0)

    def test_the_nearest_settings_of_this_machine_count(self) -> None:
        known = Calibration(
            measurements=(
                measurement(slowness=1.0, per_device_train_batch_size=16),
                measurement(slowness=2.0),
                measurement(slowness=3.0, model="qwen2.5-0.5b-instruct"),
                measurement(slowness=4.0, machine="another"),
            )
        )
        assert known.nearest(spec(), CPU) == (measurement(slowness=2.0), "same settings")
        near, basis = known.nearest(spec(per_device_train_batch_size=12), CPU)
        assert near is not None and (near.slowness, basis) == (1.0, "other settings")
        assert known.nearest(spec(), GPU) == (None, "formula")

    def test_an_estimate_takes_its_pace_program_and_heap(self) -> None:
        plain = estimator().estimate(spec())
        known = estimator(calibration=Calibration(measurements=(measurement(),))).estimate(spec())
        assert (plain.basis, known.basis) == ("formula", "same settings")
        assert known.tokens_per_second == pytest.approx(plain.tokens_per_second / 2)
        assert known.memory.program == 500 * MEGABYTE
        assert known.memory.heap == plain.memory.heap / 2
        assert known.memory.activations == plain.memory.activations


class TestMachine:
    def test_this_one_has_memory_and_a_name(self) -> None:
        here = find_machine()
        assert here.memory_mb > 100 and here.flops > 1e9 and here.title.startswith("this ")

    def test_the_number_format_is_what_was_measured(self) -> None:
        assert find_machine(bf16=True, gpu=False).number_bytes == 2 and find_machine(bf16=False, gpu=False).number_bytes == 4

    def test_a_t4_has_no_bf16_and_less_memory_than_the_others(self) -> None:
        assert [machine.bf16 for machine in GPU_CLASSES] == [False, True, True]
        assert sorted(machine.memory_mb for machine in GPU_CLASSES) == [machine.memory_mb for machine in GPU_CLASSES]

    def test_an_unknown_one_is_named_with_those_that_exist(self) -> None:
        with pytest.raises(NotFound, match=r"no machine 'abacus'. Known: here, t4, 24gb, 80gb"):
            find_machine("abacus")
