"""A small naive Bayes classifier: how often words stood in spam and in other texts, and what that says of a new text. Pure.

It can explain itself: a text is judged by its most telling words only, and these are named.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from app.core.records import Struct
from app.moderation.screening.traits import Traits

TELLING = 24
"""So many words of a text are heard: the strongest, for and against."""
_KEPT = 6_000
_STRENGTH = 1.0
"""How many sightings the assumption that a word says nothing is worth."""
_LONGEST = 24
_STRETCH = 30


class Model(Struct, frozen=True):
    """What was learned. `words`: word -> (texts of spam, other texts) that say it."""

    spam: int
    ham: int
    words: Mapping[str, Sequence[int]]


class Judgement(Struct, frozen=True):
    """How sure (0 to 1) the model is that a text is spam, and the words that say so most, the strongest first."""

    sureness: float
    because: tuple[str, ...]


class Quality(Struct, frozen=True):
    """How well texts were told apart: of those called spam, the share that was; of the spam, the share that was found."""

    precision: float
    recall: float
    texts: int


def features(traits: Traits) -> frozenset[str]:
    """Return what the classifier knows of a text: its words, where it leads, and how many links and images it has."""
    words = {word for word in traits.words if 2 <= len(word) <= _LONGEST and not word.isdigit()}
    hosts = {f"to {host}" for host in traits.hosts}
    count = len(traits.links)
    links = {"with many links" if count > 2 else "with links"} if count else set()
    return frozenset(words | hosts | links | ({"with images"} if traits.images else set()))


def parts(traits: Traits) -> tuple[frozenset[str], ...]:
    """Return the features of the whole text and of each stretch of it: an advertisement may hide below honest sentences."""
    whole, words = features(traits), traits.words
    around = {word for word in whole if word.startswith(("to ", "with "))}
    stretches = [words[at : at + _STRETCH] for at in range(0, max(len(words) - _STRETCH // 2, 0), _STRETCH // 2)]
    return (whole, *(frozenset(around | (whole & set(stretch))) for stretch in stretches if len(words) > _STRETCH))


def judge_text(model: Model, traits: Traits) -> Judgement:
    """Say how sure it is that a text, or a stretch of it, is spam."""
    return max((judge(model, part) for part in parts(traits)), key=lambda judged: judged.sureness)


def train(spam: Iterable[frozenset[str]], ham: Iterable[frozenset[str]]) -> Model:
    """Learn from texts. Words that were seen once say nothing; of the others the most telling are kept."""
    in_spam: Counter[str] = Counter()
    in_ham: Counter[str] = Counter()
    spam_count = ham_count = 0
    for found in spam:
        spam_count += 1
        in_spam.update(found)
    for found in ham:
        ham_count += 1
        in_ham.update(found)
    seen = [word for word in in_spam.keys() | in_ham.keys() if in_spam[word] + in_ham[word] > 1]
    all_words = {word: (in_spam[word], in_ham[word]) for word in seen}
    whole = Model(spam_count, ham_count, all_words)
    kept = sorted(seen, key=lambda word: (-abs(_weight(whole, word)), word))[:_KEPT]
    return Model(spam_count, ham_count, {word: all_words[word] for word in kept})


def judge(model: Model, found: frozenset[str]) -> Judgement:
    """Say how sure it is that a text is spam; without a telling word, one half."""
    weights = {word: _weight(model, word) for word in found if word in model.words}
    telling = sorted(weights, key=lambda word: (-abs(weights[word]), word))[:TELLING]
    total = sum(weights[word] for word in telling)
    return Judgement(1 / (1 + math.exp(-max(-40.0, min(40.0, total)))), tuple(word for word in telling if weights[word] > 0))


def _weight(model: Model, word: str) -> float:
    """Return the logarithm of the odds that a text with this word is spam, were both kinds equally frequent."""
    spam, ham = model.words[word]
    share, other = spam / max(model.spam, 1), ham / max(model.ham, 1)
    raw = share / (share + other) if share + other else 0.5
    likely = (_STRENGTH * 0.5 + (spam + ham) * raw) / (_STRENGTH + spam + ham)
    return math.log(likely / (1 - likely))


def measure(spam: Sequence[Traits], ham: Sequence[Traits], *, sure: float, folds: int = 5) -> Quality:
    """Learn from four fifths and judge the fifth, five times. With nothing called spam, the precision is 1."""
    found = wrong = 0
    for fold in range(folds):
        model = train(map(features, _without(spam, fold, folds)), map(features, _without(ham, fold, folds)))
        found += sum(judge_text(model, text).sureness >= sure for text in spam[fold::folds])
        wrong += sum(judge_text(model, text).sureness >= sure for text in ham[fold::folds])
    called = found + wrong
    return Quality(found / called if called else 1.0, found / max(len(spam), 1), len(spam) + len(ham))


def _without(texts: Sequence[Traits], fold: int, folds: int) -> list[Traits]:
    return [text for number, text in enumerate(texts) if number % folds != fold]
