"""One text of a node: the stage that the lexicon or the rules find in it, and how precisely."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from functools import cached_property, lru_cache

from bot.model import Reason, Stage
from bot.stages import concepts, languages, lexicon, sides, similar
from bot.stages.fold import bare, fold, split_place_behind, unbracketed, without_contact
from bot.stages.rules import MOVING, RULES, Rule
from bot.stages.sides import Side


class Precision(enum.IntEnum):
    """How much a statement counts against another one about the same event."""

    UNREAD = 0
    NO_STAGE = 1  # recognized, but it does not tell the stage
    VAGUE = 2  # one everyday word: "received", "information"
    SIDED = 3  # its meaning depends on where the parcel is
    CLEAR = 4


_VAGUE = frozenset(
    {
        *("picked.up", "picked.accepted", "picked.company", "data", "packing", "local", "local.company"),
        *("local.received",),
        *("trouble.failed", "trouble.held", "origin.processed", "warehouse.busy", "local.awaiting"),
        *("lexicon.picked_up", "lexicon.info_received"),
    }
)

# Where a placeholder of a lexicon's "delivered" must not lead, and what no other placeholder may say.
_BESIDE_THE_CUSTOMER = (
    *(
        "negated",
        "future",
        "conditional",
        "attempt",
        "to_agent",
        "delivered_at",
        "doubt",
        "held",
        "returning",
        "pickup_point",
    ),
    *("facility", "carrier", "sender", "airport", "customs", "warehouse", "sorting", "post_office"),
    *("transport_hub", "local_company"),
)
_ANOTHER_STORY = (
    *("delivered", "negated", "attempt", "returning", "held", "failed", "refused", "lost", "damaged"),
    *("pickup_point", "customs", "out_for_delivery", "ready_for_pickup", "airport"),
)

# Stages that a text may mention as mere possibilities. (A parcel that can be collected is ready.)
_REAL = frozenset(
    {
        *(Stage.DELIVERED, Stage.FAILED_ATTEMPT, Stage.EXCEPTION, Stage.DUTIES_DUE, Stage.ADDRESS_CHANGE),
        *(Stage.RETURNING, Stage.RETURNED, Stage.OUT_FOR_DELIVERY, Stage.CANCELLED),
    }
)


PLACES = frozenset({"near_place", "far_place", "abroad"})
"""Concepts without word lists: a place on this side of the border, one beyond it, a border to cross."""


class Text:
    """A folded text, its possible languages, and its concepts, each looked up once."""

    def __init__(
        self,
        raw: str,
        folded: str,
        spoken: tuple[str, ...],
        place: str = "",
        home: sides.Countries = frozenset(),
    ) -> None:
        self.raw = raw
        self.place = place
        self.home = home
        self.folded = folded
        self.spoken = spoken
        self._known: dict[str, bool] = {}

    def shows(self, concept: str) -> bool:
        """Whether the text contains the concept, in any of its languages."""
        shown = self._known.get(concept)
        if shown is None:
            shown = self._known[concept] = self._look(concept)
        return shown

    def _look(self, concept: str) -> bool:
        if concept == "abroad":
            return sides.crosses(self.raw, self.spoken, self.home)
        if concept == "conditional" and self.shows("question"):
            return True
        if concept in PLACES:
            return self.side is (Side.NEAR if concept == "near_place" else Side.FAR)
        return any(
            pattern.search(self.folded) is not None
            for language in self.spoken
            if (pattern := concepts.pattern(language, concept)) is not None
        )

    @cached_property
    def side(self) -> Side | None:
        """The side of the border that the places named in the text, or in front of it, are on.

        If they are on both sides, it happened at the place in front.
        """
        arrived = self.shows("arrived")
        side = sides.named(f"{self.place} / {self.raw}", self.spoken, self.home, bound=arrived)
        return side or sides.named(self.place, self.spoken, self.home)

    def satisfies(self, rule: Rule) -> bool:
        """Whether the text has all concepts that the rule requires and none that it excludes."""
        return all(any(map(self.shows, choice)) for choice in rule.has) and not any(
            map(self.shows, rule.lacks)
        )

    def opens_with(self, concept: str) -> bool:
        """Whether the text begins with the concept, in any of its languages."""
        return any(
            pattern.match(self.folded) is not None
            for language in self.spoken
            if (pattern := concepts.pattern(language, concept)) is not None
        )

    def part(self, folded: str) -> Text:
        """A part of the text, in the same languages."""
        return Text(folded, folded, self.spoken, self.place, self.home)


def whole(raw: str) -> Text:
    """A text with its concepts, as rules see it."""
    return Text(raw, plain(raw), languages.spoken(raw))


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """The classification of one text."""

    text: Text
    stage: Stage = Stage.UPDATE
    reason: Reason = Reason.NONE
    rule: str = ""
    precision: Precision = Precision.UNREAD

    @property
    def telling(self) -> bool:
        """Whether it tells the stage."""
        return self.stage is not Stage.UPDATE


_NEXT_STOP = re.compile(r"(?<=\w)\W*\b(?:下一站|next (?:stop|station|facility|hub)\b).*$")
# What Chinese couriers add to a scan: whom to ask, thanks, where to complain, when it may arrive.
_COURTESY = re.compile(
    r"(?<=\w)\W*(?:如有(?:任何)?(?:疑问|疑問|问题|問題|需要|异议|異議)|(?:感谢|感謝)(?:您)?使用"
    r"|投[诉訴][电電][话話]|[预預][计計].{0,12}(?:到[达達]|抵[达達]|送[达達])$)[^?？؟]*$"
)
_SENTENCES = re.compile(r"(?<=[.!?;。！？؟।])\s*(?=[^\W\d])")
_DASHES = re.compile(r" [-|] ")
_CLAUSES = re.compile(
    r"[,،、，]\s*|: |(?<=부재로|재하여) | (?:but|aber|mais|pero|mas|ma|ale|но|але|maar|men) "
)


# Towns, roads and depots whose names would tell of troubles: Lost Creek, Customs Road.
_TOWNS = re.compile(
    r"\b(?:lost|missing|damaged?|broken|refus(?:al|ed)|returns?|customs?|delay|hold|stop|exception|hazard"
    r"|storm|snow|flood|cancel|failed|problem|attempt|accident|airport|duty|tax) (?:arrow|avenue|ave|bay"
    r"|beach|bend|bow|bridge|canyon|cove|creek|falls|grove|harbou?r|heights|hills?|house|island|lakes?|lane|meadows?"
    r"|mountain|rd|ridge|river|road|springs|square|street|valley|village|woods?)\b"
)
_RETURNS_CENTER = re.compile(
    r"(?<= )((?:at|from|in|via) (?:the )?)Returns? (?=(?:Center|Centre|Depot|Hub)\b)"
)


def _away(raw: str) -> str:
    """A folded text for the rules: names of places that sound like troubles are only places."""
    return _TOWNS.sub("somewhere", without_contact(plain(_RETURNS_CENTER.sub(r"\1", raw))))


# What stands before is the outcome: "Left with a neighbor because nobody was in".
_BECAUSE = re.compile(
    r",? (?:because|since|due to|weil|parce qu\S*|porque|perche|omdat|eftersom|fordi|poniewaz|protoze|pretoze"
    r"|deoarece|mert|koska|cunku|потому что|так как|тому що|оскільки|защото) ?"
)


# What comes behind only happens if nobody does what comes before: "Collect it today, or it will be returned".
_OR_ELSE = (
    r"or else|or (?:it|we|they|(?:the|this|your) \w+) (?:will|shall|would)|(?<!unless )otherwise"
    r"|sonst|andernfalls|ansonsten|sinon|faute de quoi|(?:de lo|en) (?:contrario|caso contrario)"
    r"|(?:do |em )?caso contrario|in caso contrario|altrimenti|anders (?=gaat|wordt|sturen)"
    r"|w przeciwnym (?:razie|wypadku)|inaczej|jinak|inak|иначе|в противном случае|інакше"
    r"|в іншому (?:разі|випадку)|в противен случай|aksi (?:takdirde|halde)|muuten|annars|ellers"
    r"|kulonben|ellenkezo esetben|altfel|in caz contrar|u (?:protivnom|suprotnom)|sicer|kitaip"
    r"|priesingu atveju|citadi|preteja gadijuma|muidu|vastasel juhul|jika tidak|neu khong|وإلا"
    r"|(?<=[,.;] )אחרת"
)
_OTHERWISE = re.compile(
    rf"(?<=\S)\s(?:{_OR_ELSE})\b.*$"
    r"|(?<=\w)[,，、。]?\s?(?:否则|否則|さもない|그렇지 않(?:으면|을)|มิฉะนั้น|अन्यथा).*$"
)


def plain(text: str) -> str:
    """A folded text without the brackets around single words and what says nothing of the scan itself."""
    return _COURTESY.sub("", _OTHERWISE.sub("", _NEXT_STOP.sub("", unbracketed(fold(text)))))


_MAY_NOT_BE = ("future", "conditional", "modal", "revoked", "resolved", "message")
_SAY_WHAT_IS_NOT = frozenset({Stage.FAILED_ATTEMPT, Stage.EXCEPTION})


def guessed(raw: str, reached: Stage | None) -> Statement:
    """What a text that neither the lexicon nor a rule reads probably means: what entries like it mean.

    Nothing is guessed to be delivered, nor what is behind what is known, nor what the words may take back.
    """
    text = whole(raw)
    stage = similar.index().guess(text.folded, reached)
    if stage is None or stage is Stage.DELIVERED or any(map(text.shows, _MAY_NOT_BE)):
        return Statement(text=text)
    behind = reached is not None and 0 < stage.height < reached.height
    if behind or (stage not in _SAY_WHAT_IS_NOT and text.shows("negated")):
        return Statement(text=text)
    return Statement(text=text, stage=stage, rule=f"similar.{stage}", precision=Precision.VAGUE)


_MOST_PLACES = 3  # at the end of one text: a depot, its town, the country


@lru_cache(maxsize=8192)
def make(
    raw: str,
    place: str,
    reached: Stage | None,
    home: sides.Countries = frozenset(),
    places: int = 0,
) -> Statement:
    """Read one text: its whole, then its sentences, so that an outcome counts for more than its cause.

    `home` are the countries that the parcel may come from; empty for China. `places` is how many were taken
    from its end already: a text that is nothing but places ends, too.
    """
    folded = plain(raw)
    text = Text(raw, folded, languages.spoken(raw), place, home)
    known = _by_lexicon(text, reached) or _before_place(text, reached) or _in_two_languages(text, reached)
    if known is not None and known.stage is Stage.DELIVERED and _signs_on_the_way(place):
        return make(f"{place} {raw}", "", reached, home)
    if known is not None:
        return _placed(known, text, reached)
    folded = _away(raw)
    text = Text(raw, folded, text.spoken, place, home)
    behind, rest = split_place_behind(raw)
    if behind and places < _MOST_PLACES:
        return make(rest, place or behind, reached, home, places + 1)
    ruled = _by_rules(_unconditional(text), text, reached)
    spoken = [one for some in _sentences(text) for one in _DASHES.split(some) if one.strip()]
    parts = [_alone(text.part(one), reached) for one in spoken] if len(spoken) > 1 else []
    if ruled.stage in _CAUSES and (outcome := _outcome(text, parts, reached)) is not None:
        return outcome
    if ruled.precision > Precision.VAGUE or ruled.stage in _REAL:
        return ruled
    real = [one for one in parts if one.stage in _CAUSES or not one.text.shows("negated")]
    best = max(real, key=lambda one: one.precision, default=ruled)
    if best.precision > ruled.precision and not _doubted(best, parts):
        return best
    return ruled


def _placed(found: Statement, text: Text, reached: Stage | None) -> Statement:
    """An entry that is ambiguous by itself, by the place where it happened: "[Lisboa] Arrived"."""
    if found.rule != "lexicon.ambiguous" or text.side is None:
        return found
    ruled = _by_rules(text, text, reached)
    return ruled if ruled.stage in _TRANSIT else found


_BEHIND = re.compile(r"\s*(?:,| [-|/])\s+([^,|/]{2,40}?)\s*$")
_STATE = re.compile(r"[A-Z]{2}")
_TOWN = re.compile(r"[A-Z][\w'.-]*(?: [A-Z][\w'.-]*){0,2}")


def _before_place(text: Text, reached: Stage | None) -> Statement | None:
    """What the lexicon knows of a text in front of a place: "Delivered - Dubai", "Delivered, Bend, US"."""
    words, place = text.raw, ""
    for _ in range(_MOST_PLACES):
        behind = _BEHIND.search(words)
        if behind is None or not (
            sides.is_place(behind[1]) or _STATE.fullmatch(behind[1]) or (place and _TOWN.fullmatch(behind[1]))
        ):
            return None
        words, place = words[: behind.start()], f"{behind[1]}, {place}" if place else behind[1]
        found = _by_lexicon(Text(words, plain(words), text.spoken, text.place or place, text.home), reached)
        if found is not None and found.telling:
            return found
    return None


def _in_two_languages(text: Text, reached: Stage | None) -> Statement | None:
    """What the lexicon knows of a text that says the same twice: "Objekti u dorezua / Deliver item (Inb)"."""
    both = text.folded.split("/")
    if len(both) != 2 or not all(" " in one.strip() for one in both):
        return None
    found = (_by_lexicon(text.part(one.strip()), reached) for one in both)
    return next((one for one in found if one is not None and one.telling), None)


def _signs_on_the_way(place: str) -> bool:
    """Whether the place in brackets is an office that signs for parcels on their way: 【海关】签收."""
    return place != "" and any(map(whole(place).shows, ("customs", "airline")))


_CAUSES = frozenset(
    {Stage.FAILED_ATTEMPT, Stage.EXCEPTION, Stage.ADDRESS_CHANGE, Stage.UPDATE, Stage.PICKED_UP}
)
_OUTCOMES = frozenset({Stage.DELIVERED, Stage.READY_FOR_PICKUP})
_TOLD_WITH_OUTCOME = ("absent", "attempt", "address_change", "notice_card")


def _outcome(text: Text, parts: list[Statement], reached: Stage | None) -> Statement | None:
    """The sentence, or the clause behind a cause, that tells how it ended: left with a neighbour, waiting."""
    for one in reversed(parts):
        if one.stage in _OUTCOMES and not _doubted(one, parts):
            return one
    if text.opens_with("conditional") or not any(map(text.shows, _TOLD_WITH_OUTCOME)):
        return None
    before, *because = _BECAUSE.split(text.folded)
    for clause in (*reversed(_CLAUSES.split(text.folded)[1:]), *([before] if because else ())):
        one = _alone(text.part(clause), reached)
        if one.stage in _OUTCOMES:
            return one
    return None


def _doubted(delivered: Statement, parts: list[Statement]) -> bool:
    """Whether another sentence takes back that it was delivered; a cause told before it does not."""
    if delivered.stage is not Stage.DELIVERED:
        return False
    at = next(i for i, one in enumerate(parts) if one is delivered)
    return any(map(contradicts, parts[at + 1 :])) or any(
        one.stage in STRONG - {Stage.EXCEPTION} or one.text.shows("conditional") for one in parts[:at]
    )


STRONG = frozenset(
    {
        *(Stage.RETURNING, Stage.RETURNED, Stage.READY_FOR_PICKUP, Stage.OUT_FOR_DELIVERY, Stage.CANCELLED),
        *(Stage.DUTIES_DUE, Stage.EXCEPTION),
    }
)
"""Stages that contradict "delivered", wherever they stand beside it."""


_CARRIERS = ("carrier", "local_company")
_TRANSIT = frozenset({Stage.ORIGIN_TRANSIT, Stage.LOCAL_TRANSIT, Stage.ARRIVED_DESTINATION})
_ALSO_SAID_AT_THE_DOOR = frozenset(
    {Stage.DELIVERED, Stage.INFO_RECEIVED, Stage.EXPORT_CUSTOMS, Stage.IMPORT_CUSTOMS}
)


def contradicts(other: Statement) -> bool:
    """Whether a statement contradicts another one that says that the parcel is delivered."""
    text = other.text
    if other.stage in STRONG or any(map(text.shows, ("to_agent", "conditional", "revoked"))):
        return True
    if other.telling:
        if other.stage is Stage.PICKED_UP:
            return text.shows("carrier")
        if other.stage is Stage.INFO_RECEIVED:  # "delivered" refers to the information
            return any(map(text.shows, ("delivered", "handed", "done")))
        if other.stage in _TRANSIT and text.shows("handed") and any(map(text.shows, _CARRIERS)):
            return True
        place_alone = other.precision is not Precision.CLEAR and other.stage in _TRANSIT
        return not place_alone and other.stage not in _ALSO_SAID_AT_THE_DOOR
    if any(map(text.shows, ("returning", "pickup_point", "attempt", "sender_delivered"))):
        return True
    return text.shows("delivered") and any(map(text.shows, ("negated", "future", "doubt")))


def _alone(text: Text, reached: Stage | None) -> Statement:
    found = _by_lexicon(text, reached)
    return found if found is not None and found.telling else _by_rules(text, text, reached)


def _entry(text: Text, folded: str) -> tuple[lexicon.StageMeaning, tuple[str, ...]] | None:
    """The merchant's entry for these words, else the shared one."""
    return lexicon.taught().find(folded, _anything) or lexicon.shared().find(
        folded, lambda meaning, hole: _fits(meaning, text.part(hole))
    )


def _by_lexicon(text: Text, reached: Stage | None) -> Statement | None:
    found = _entry(text, text.folded)
    if found is None and (words := bare(text.folded)) != text.folded:
        found = _entry(text, words)
    if found is None:
        return None
    meaning, holes = found
    stage = meaning.stage
    side = sides.named(" / ".join((text.place, *holes)), text.spoken, text.home)
    if meaning.far is not None:
        stage = meaning.at(reached) if side is None else (meaning.far if side is Side.FAR else stage)
        stage = meaning.stage if _first(meaning.stage, reached) else _landed(stage, text, side, reached)
    rule = _there(_moving(meaning.rule(stage), text), side, reached)
    return Statement(
        text=text,
        stage=stage,
        reason=meaning.reason,
        rule=rule,
        precision=_worth(stage, rule, sided=meaning.far is not None),
    )


def _moving(rule: str, text: Text) -> str:
    """The rule of an entry that tells no stage, but says that the parcel moves."""
    return MOVING if rule in _STAGELESS and text.shows("on_the_way") else rule


_STAGELESS = frozenset({"lexicon.update", "lexicon.ambiguous"})


def _anything(meaning: lexicon.StageMeaning, hole: str) -> bool:
    """Accepts any text for a placeholder: the merchant wrote the entry."""
    return True


def _fits(meaning: lexicon.StageMeaning, text: Text) -> bool:
    """Whether a placeholder of an entry may stand for this part of a text."""
    delivers = Stage.DELIVERED in {meaning.stage, meaning.far}
    return not any(map(text.shows, _BESIDE_THE_CUSTOMER if delivers else _ANOTHER_STORY))


def _worth(stage: Stage, rule: str, *, sided: bool) -> Precision:
    if stage is Stage.UPDATE:
        return Precision.NO_STAGE
    if rule in _VAGUE:
        return Precision.VAGUE
    return Precision.SIDED if sided else Precision.CLEAR


def _by_rules(shown: Text, text: Text, reached: Stage | None) -> Statement:
    rule = next((rule for rule in RULES if rule.is_due(reached) and shown.satisfies(rule)), None)
    if rule is None:
        return Statement(text=text)
    if _unreal(rule, shown):
        head = _HEAD.match(shown.folded)
        if head is not None and not shown.shows("conditional"):
            said = _by_rules(shown.part(head[1]), text, reached)
            if said.stage is Stage.FAILED_ATTEMPT:  # it failed, whatever may be the cause
                return said
        return Statement(text=text, rule="unreal", precision=Precision.NO_STAGE)
    stage = _sided(rule, text, reached)
    sided = rule.near is not None or rule.far is not None
    name = (
        _EXPORT.get(rule.id, rule.id)
        if stage is Stage.EXPORT_CUSTOMS
        else _there(rule.id, text.side, reached)
    )
    return Statement(
        text=text,
        stage=stage,
        reason=rule.reason,
        rule=name,
        precision=_worth(stage, name, sided=sided),
    )


_HEAD = re.compile(r"([^:;,.]+)[:;,.] ")


def _there(rule: str, side: Side | None, reached: Stage | None) -> str:
    """The rule: once it may have left, a place beyond the border means that customs is not just announced."""
    left = reached is None or reached.height > Stage.PICKED_UP.height
    return "import.there" if rule in ANNOUNCEMENTS and side is Side.FAR and left else rule


ANNOUNCEMENTS = frozenset({"import.started", "customs.started", "lexicon.import_customs"})
"""Rules for the start of import clearance, which carriers may announce before the parcel leaves."""

# Customs without a named side, assumed to be the origin's.
_EXPORT = {"customs.done": "export.done", "customs.started": "export.started"}


def _unreal(rule: Rule, shown: Text) -> bool:
    """Whether a text only asks, or says what may happen, or what would happen under a condition."""
    if shown.shows("question"):
        return True
    maybe = rule.stage in _REAL or rule.stage is Stage.READY_FOR_PICKUP
    if maybe and shown.opens_with("conditional"):
        return True
    if rule.stage is Stage.FAILED_ATTEMPT and shown.shows("conditional") and shown.shows("future_hard"):
        return True
    if rule.stage is Stage.DUTIES_DUE and shown.shows("must_pay"):  # so that it can be delivered
        return False
    return (rule.stage in _REAL or rule.id.endswith(".started")) and shown.shows("modal")


_ABBREVIATED = re.compile(r"(?<!\w)\w{1,3}\.$")
_FEW_WORDS = re.compile(r"\S+(?: \S+)?")


def _sentences(text: Text) -> list[str]:
    """The sentences of a folded text; "Left with Mr. Smith?" is one, as it ends behind an abbreviation."""
    found: list[str] = []
    for one in _SENTENCES.split(text.folded):
        behind = bool(found) and _ABBREVIATED.search(found[-1]) and _FEW_WORDS.fullmatch(one)
        if behind and text.part(one).shows("question"):
            found[-1] += f" {one}"
        else:
            found.append(one)
    return found


def _unconditional(text: Text) -> Text:
    """A text without sentences about what may happen ("it will be returned if not collected")."""
    sentences = _sentences(text)
    if len(sentences) == 1:
        return text
    kept = [one for one in sentences if not text.part(one).shows("conditional")]
    return text.part(" ".join(kept)) if kept else text


def _sided(rule: Rule, text: Text, reached: Stage | None) -> Stage:
    """The stage for the parcel's side of the border: by places named, the journey so far, the language."""
    if rule.near is None and rule.far is None:
        return rule.stage
    side = None if Stage.DELIVERED in (rule.far_from, rule.far) else text.side  # no matter of borders
    if side is None and reached is not None and reached.rank is not None:
        if reached.rank >= rule.far_from.height:
            side = Side.FAR
        elif rule.near_from.height <= reached.rank <= rule.near_to.height:
            by_border = rule.stage is not Stage.DELIVERED
            side = None if by_border and _speaks_of_far(text, reached) else Side.NEAR
        elif (
            rule.stage is not Stage.UPDATE
            and reached.rank > Stage.AWAITING_DEPARTURE.height
            and _speaks_of_far(text, reached)
        ):
            side = Side.FAR
    if side is Side.FAR and not _first(rule.stage, reached):
        return _landed(rule.far or rule.stage, text, text.side, reached)
    return rule.near or rule.stage if side is Side.NEAR else rule.stage


def _first(stage: Stage, reached: Stage | None) -> bool:
    """Whether a parcel is picked up before anything else happened to it: that is so wherever it is."""
    before = reached is not None and reached.height < Stage.PICKED_UP.height
    return stage is Stage.PICKED_UP and before


def _landed(stage: Stage, text: Text, side: Side | None, reached: Stage | None) -> Stage:
    """A scan at a named place beyond the border, the first one there, tells of the arrival, or of a hub."""
    if reached is None or reached.rank is None or reached.rank >= Stage.LOCAL_TRANSIT.height:
        return stage
    left = reached.rank > Stage.PICKED_UP.height or text.shows("transport_hub")
    if stage is not Stage.LOCAL_TRANSIT or side is not Side.FAR or not left or text.shows("local"):
        return stage
    if sides.is_hub(f"{text.place} / {text.raw}"):
        return Stage.INTERNATIONAL_TRANSIT
    first = reached.rank < Stage.ARRIVED_DESTINATION.height
    return Stage.ARRIVED_DESTINATION if first and any(map(text.shows, ("arrived", "processed"))) else stage


def _speaks_of_far(text: Text, reached: Stage) -> bool:
    """Whether the text is in a destination's language and the parcel has left the seller."""
    if any(sides.is_spoken(language, text.home) for language in text.spoken):
        return False
    under_way = reached.height >= Stage.PICKED_UP.height
    return under_way and not {"en", "zh"} & set(text.spoken) and not text.shows("origin")
