"""Volume models."""

import pytest

from squall.compat.mite import volume_model as mite
from squall.volume import Compound, Constant, Nothing, Ramp, Rate, StopVolumeModel, VolumeModel, oneshot, rate

UP = Nothing(10) + Ramp(10) + Constant(10, 2)
DOWN = Constant(10, 2) + Ramp(10, to=0)


@pytest.mark.parametrize(
    ("model", "second", "level"),
    [
        (UP, 1, 0),
        (UP, 10, 0),
        (UP, 15, 1),
        (UP, 20, 2),
        (UP, 30, 2),
        (DOWN, 1, 2),
        (DOWN, 10, 2),
        (DOWN, 15, 1),
        (DOWN, 20, 0),
        (Ramp(10, frm=1, to=11), 5, 6),
        (Ramp(10, frm=4) + Constant(5, 8), 5, 6),
        (Constant("1m30s", 7), 90, 7),
        (Nothing("10s") + (Ramp(10) + Constant(10, 2)), 15, 1),
        (mite.Nothing(duration=10) + mite.Ramp(duration=10) + mite.Constant(duration=10, tps=2), 15, 1),
    ],
)
def test_a_model_has_a_level_at_each_second(model: VolumeModel, second: float, level: int) -> None:
    assert model(second, second + 1) == level


@pytest.mark.parametrize(("model", "second"), [(UP, 31), (DOWN, 21), (Constant(10, 2), 10.5), (Nothing(1), 2)])
def test_a_model_stops_when_its_time_is_over(model: VolumeModel, second: float) -> None:
    with pytest.raises(StopVolumeModel):
        model(second, second + 1)


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (lambda: (Ramp(10) + Constant(10, 2))(1, 2), "^You must specify 'frm'"),
        (lambda: (Constant(10, 2) + Ramp(10))(1, 2), "^You must specify 'to'"),
        (lambda: Nothing(1) + Ramp(10, to=3) + Constant(10, 2), "^A ramp with 'to' specified must"),
        (lambda: Nothing(1) + Ramp(10, frm=3) + Constant(10, 2), "^A ramp with 'frm' specified must"),
        (lambda: Ramp(10)(1, 2), "^Ramp was called outside of a compound volume model$"),
        (lambda: Nothing(1) + Ramp(1) + Ramp(1) + Nothing(1), "^Two ramps cannot follow each other"),
        (lambda: Nothing(1) + 5, "cannot continue a volume model"),  # type: ignore[operator]
        (lambda: 5 + Nothing(1), "cannot be continued"),
        (lambda: Nothing("soon"), "is no duration"),
    ],
)
def test_parts_that_do_not_fit_together_are_refused(model: object, message: str) -> None:
    assert callable(model)
    with pytest.raises(ValueError, match=message):
        model()


def test_adding_makes_one_flat_model_of_known_length() -> None:
    model = (Nothing("1s") + Ramp(2)) + (Constant(3, 5) + Ramp(4, to=0))
    assert isinstance(model, Compound)
    assert len(model.parts) == 4
    assert (model.seconds, model.most) == (10, 5)


def test_a_oneshot_fires_once() -> None:
    model = oneshot()
    assert model(0, 1) == 1
    with pytest.raises(StopVolumeModel):
        model(1, 2)


def test_a_oneshot_waits_for_its_time() -> None:
    model = mite.oneshot_vm(2)
    assert [model(second, second + 1) for second in (0, 1, 2)] == [0, 0, 0]
    assert model(3, 4) == 1


def test_a_oneshot_that_stops_the_scenario_does_not_wait() -> None:
    with pytest.raises(StopVolumeModel):
        oneshot(2, stop_scenario=True)(0, 1)


@pytest.mark.parametrize(
    ("made", "load"),
    [
        (rate(5), {"rate": 5}),
        (rate("30/m", "10s"), {"rate": "30/m", "duration": "10s"}),
        (rate("10s:5,1m:50"), {"stages": "10s:5,1m:50"}),
        (
            rate(5, 2, spacing="poisson", max_users=3, max_wait=0),
            {"rate": 5, "duration": "2s", "spacing": "poisson", "max_users": 3, "max_wait": "0s"},
        ),
    ],
)
def test_a_rate_is_an_open_model(made: Rate, load: dict[str, object]) -> None:
    assert made.to_load() == {"open": load}


@pytest.mark.parametrize("arguments", [(0,), (True,), ("10s:5", "1m"), (5, "soon")])
def test_a_wrong_rate_is_refused(arguments: tuple[object, ...]) -> None:
    with pytest.raises(ValueError, match=r"starts|ramps|duration"):
        rate(*arguments)  # type: ignore[arg-type]
