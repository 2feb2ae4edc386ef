"""How well screening tells spam from real texts: precision and recall on real posts and generated spam.

    python bench/screening.py --data DIR [--texts 4000] [--spam 400] [--sure 95] [--json]

DIR holds `stackexchange/SITE` (dumps). Real texts are spread over all sites and their whole time. All rows judge the same texts:

* `rules`: what the built-in rules hold of a first text by somebody new (links, images, repeats within the set), no watched words.
* `classifier`: five-fold, so nothing is judged by a model that has seen it.
* `new campaign`: the classifier judges a family of spam of which it has seen nothing; the mean over the families.
* `both`: held by rules or classifier.

`held` of the real texts is what moderators would have to let through by hand: the price. Precision depends on how much of what
comes is spam; here it is spam / (spam + texts).
"""

import argparse
import json
import lzma
import random
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from time import process_time
from xml.etree.ElementTree import iterparse

from app.moderation.screening.bayes import features, judge_text, train
from app.moderation.screening.checking import check_images, check_links
from app.moderation.screening.rules import compile_rules
from app.moderation.screening.terms import ScreeningTerms
from app.moderation.screening.traits import Traits, traits_of
from bench.measuring import table
from bench.spam import FAMILIES, generate

SITES = ("travel", "beer", "bicycles-meta", "quantumcomputing")
FOLDS = 5
_ALIKE = 0.6


@dataclass(frozen=True)
class Row:
    """How one way to judge did. `held_real` per cent of real texts were held, `recall` of the spam was found."""

    judge: str
    precision: float
    recall: float
    held_real: float


def read_texts(data: Path, most: int) -> list[str]:
    """Return the HTML of questions and answers, evenly over all sites and their time."""
    found: list[str] = []
    for site in SITES:
        path = data / "stackexchange" / site / "Posts.xml.xz"
        with lzma.open(path) as file:
            posts = [row.get("Body", "") for _event, row in iterparse(file) if row.get("PostTypeId") in ("1", "2")]
        step = max(1, len(posts) * len(SITES) // most)
        found += posts[::step]
    return found[:most]


def held_by_rules(all_traits: Sequence[Traits], terms: ScreeningTerms) -> list[bool]:
    """Return what the rules for new people hold, each text being the first one of somebody else, in this order."""
    rules, nothing = compile_rules([]), traits_of("")
    seen: Counter[int] = Counter()
    found = []
    for traits in all_traits:
        known = sum(seen[piece] >= terms.repeats for piece in traits.sketch)
        repeats = bool(traits.sketch) and known >= _ALIKE * len(traits.sketch)
        seen.update(traits.sketch)
        reasons = check_links(traits, nothing, rules, terms) + check_images(traits, nothing, terms)
        found.append(bool(reasons) or repeats)
    return found


def held_by_classifier(real: Sequence[Traits], spam: Sequence[Traits], sure: float) -> tuple[list[bool], list[bool]]:
    """Return what the classifier holds of both, judging each fifth by what it learned from the others."""
    held_real, held_spam = [False] * len(real), [False] * len(spam)
    for fold in range(FOLDS):
        learned = [[features(text) for at, text in enumerate(texts) if at % FOLDS != fold] for texts in (spam, real)]
        model = train(*learned)
        for texts, held in ((real, held_real), (spam, held_spam)):
            for at in range(fold, len(texts), FOLDS):
                held[at] = judge_text(model, texts[at]).sureness >= sure
    return held_real, held_spam


def recall_of_new_campaigns(real: Sequence[Traits], spam: Sequence[tuple[str, Traits]], sure: float) -> float:
    """Return the mean share found of a family of which nothing was learned."""
    shares = []
    for family in FAMILIES:
        model = train((features(text) for name, text in spam if name != family), map(features, real))
        own = [judge_text(model, text).sureness >= sure for name, text in spam if name == family]
        shares.append(sum(own) / len(own))
    return sum(shares) / len(shares)


def row(name: str, held_real: Sequence[bool], held_spam: Sequence[bool]) -> Row:
    """Return precision and recall of one way to judge."""
    right, wrong = sum(held_spam), sum(held_real)
    return Row(
        name, round(right / max(right + wrong, 1), 4), round(right / len(held_spam), 4), round(100 * wrong / len(held_real), 2)
    )


def run(data: Path, texts: int, spam_count: int, sure: float) -> tuple[list[Row], dict[str, float]]:
    """Judge all texts in all ways; return the rows, and what else there is to know."""
    terms = ScreeningTerms()
    htmls = read_texts(data, texts)
    plain = [traits_of(html) for html in htmls]
    sentences = [" ".join(one.words[:25]) for one in plain]
    spam = generate(spam_count, sentences)
    bad = [traits_of(html) for _family, html in spam]
    mixed = [*((one, False) for one in plain), *((one, True) for one in bad)]
    random.Random(6).shuffle(mixed)
    by_rules = list(zip(held_by_rules([one for one, _ in mixed], terms), (is_spam for _, is_spam in mixed), strict=True))
    order = {id(one): held for (one, _), (held, _) in zip(mixed, by_rules, strict=True)}
    rules_real, rules_spam = [order[id(one)] for one in plain], [order[id(one)] for one in bad]
    begun = process_time()
    model_real, model_spam = held_by_classifier(plain, bad, sure)
    cost = (process_time() - begun) / (len(plain) + len(bad)) / FOLDS * 1000
    new = recall_of_new_campaigns(plain, [(name, text) for (name, _), text in zip(spam, bad, strict=True)], sure)
    rows = [
        row("rules", rules_real, rules_spam),
        row("classifier", model_real, model_spam),
        row(
            "both", [a or b for a, b in zip(rules_real, model_real, strict=True)],
            [a or b for a, b in zip(rules_spam, model_spam, strict=True)],
        ),
    ]  # fmt: skip
    facts = {"texts": len(plain), "spam": len(bad), "new_campaign_recall": round(new, 4), "learning_ms_a_text": round(cost, 3)}
    return rows, facts


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a table, or with --json one object."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--texts", type=int, default=4_000)
    parser.add_argument("--spam", type=int, default=400)
    parser.add_argument("--sure", type=int, default=95, help="per cent from which the classifier holds")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(arguments)
    rows, facts = run(given.data, given.texts, given.spam, given.sure / 100)
    if given.json:
        json.dump({"rows": [asdict(one) for one in rows], **facts}, sys.stdout)
        return
    heads = ["judge", "precision", "recall", "real texts held %"]
    print(table(heads, [[one.judge, one.precision, one.recall, one.held_real] for one in rows]))
    print(f"\nreal texts: {facts['texts']}, spam: {facts['spam']}")
    print(f"of a campaign never seen before the classifier finds {facts['new_campaign_recall']}")
    print(f"learning and judging cost {facts['learning_ms_a_text']} ms a text")


if __name__ == "__main__":
    main()
