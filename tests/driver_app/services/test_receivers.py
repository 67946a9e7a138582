"""People who receive at a site are offered the next time, and nobody else."""

from driver_app.services.receivers import KEPT, Receivers
from driver_app.services.signing import ReceiverDraft
from tests.driver_app.services.day import Phone


def test_who_signed_is_offered_at_the_same_site_next_time() -> None:
    phone = Phone().on_the_road()
    phone.handed_over("S1")
    site = phone.services.duty.route.stop("S1").site.id
    other = phone.services.duty.route.stop("S2").site.id
    assert phone.restart().receivers.of(site)[0] == ReceiverDraft("签收人0", "药师", "007")
    assert phone.services.receivers.of(other) == ()


def test_who_has_signed_here_is_not_offered_as_the_second_person() -> None:
    phone = Phone().on_the_road()
    site = phone.services.duty.route.stop("S1").site.id
    for name in ("赵药师", "钱护士"):
        phone.services.receivers.remember(site, ReceiverDraft(name, "药师", ""))
    phone.at_the_receiver("S1")
    stop = phone.services.stop
    assert [person.name for person in stop.known_receivers()] == ["钱护士", "赵药师"]
    stop.begin_signing()
    phone.sign(0, "赵药师", 5)
    assert [person.name for person in stop.known_receivers()] == ["钱护士"]


def test_the_last_one_comes_first_once_and_only_a_few_are_kept() -> None:
    receivers = Receivers(Phone().journal)
    for number in range(KEPT + 2):
        receivers.remember("W1", ReceiverDraft(f"P{number}", "药师", ""))
    receivers.remember("W1", ReceiverDraft("P5", "护士", "9"))
    names = [person.name for person in receivers.of("W1")]
    assert (names[0], len(names), names.count("P5")) == ("P5", KEPT, 1)
    assert receivers.of("W1")[0].role == "护士"


def test_who_does_not_want_to_be_remembered_is_forgotten() -> None:
    receivers = Receivers(Phone().journal)
    receivers.remember("W1", ReceiverDraft("P1", "药师", ""))
    receivers.forget("W1", "P1")
    assert receivers.of("W1") == ()
