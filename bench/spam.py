"""Invented spam for measuring screening: families of advertisements as they come to communities, some with disguises, some hidden
below a sentence of a real text. The same for the same seed. All names and addresses are made up."""

import random
from collections.abc import Sequence

FAMILIES: dict[str, tuple[str, ...]] = {
    "pills": (
        "Order {pill} online without prescription. Best price, fast delivery worldwide: {link}",
        "Cheap {pill} from a trusted pharmacy, {percent} % off this week only. {link}",
        "My doctor was too expensive, so I buy {pill} here, discreet shipping: {link}",
    ),
    "games": (
        "Join {brand} casino and get a {percent} % welcome bonus with free spins today! {link}",
        "I won {money} last night on {brand} slots. Register and claim your bonus: {link}",
        "{brand} betting: live odds, jackpot every hour, instant payout. {link} {link}",
    ),
    "loans": (
        "Do you need an urgent loan? We offer loans at {percent} % interest without credit check. Contact {brand} today: {link}",
        "Business and personal loans up to {money}, approved in 24 hours. WhatsApp us or visit {link}",
    ),
    "coins": (
        "I recovered my lost bitcoin thanks to {brand} recovery experts. They got back {money} of my wallet. {link}",
        "Earn {percent} % weekly with {brand} trading bots. Minimum deposit {money}, guaranteed profit! {link}",
        "Invest in {brand} coin before it lists. Presale ends tonight: {link}",
    ),
    "links": (
        "Great post, very informative! Thanks for sharing. Also check my blog about {thing}: {link}",
        "We provide the best SEO services and {thing} backlinks at an affordable price. {link} {link} {link}",
        "If you are looking for {thing} in your city, {brand} is the number one choice. Visit {link}",
    ),
    "essays": (
        "Struggling with your assignment? Our experts write your essay, plagiarism free, from {money}. {link}",
        "{brand} is the best dissertation writing service, I got an A. Use my code for {percent} % off: {link}",
    ),
    "support": (
        "Call {brand} customer care toll free number now for refund and cancellation, 24/7 helpline. {link}",
        "How to contact {brand} support by phone? Dial our toll free helpline, agents are waiting. {link}",
    ),
}  # fmt: skip
_PILLS = ("Vigorin", "Tramapax", "Slimadol", "Painaway", "Keto gummies", "Modafix")
_BRANDS = ("LuckyNova", "FastCash Pro", "CryptoHeal", "PrimeAces", "QuickQuid Plus", "EliteWriters", "HelpDeskOne", "RoyalSpin")
_THINGS = (
    "escort services",
    "roof cleaning",
    "packers and movers",
    "cheap watches",
    "replica bags",
    "garden lamps",
    "weight loss",
)
_ENDINGS = ("example", "test", "invalid")
_DISGUISES = {"a": "\u0430", "e": "\u0435", "o": "0", "i": "1", "s": "$"}


def generate(count: int, real: Sequence[str], seed: int = 6) -> list[tuple[str, str]]:
    """Return (family, HTML) of so many texts, the families in turn. A third follow a sentence of one of the `real` texts."""
    chance, names = random.Random(seed), list(FAMILIES)
    found = []
    for number in range(count):
        family = names[number % len(names)]
        text = _fill(chance, chance.choice(FAMILIES[family]))
        if chance.random() < 0.2:
            text = _disguise(chance, text)
        if real and chance.random() < 0.33:
            text = f"{chance.choice(real)[:200]}</p><p>{text}"
        found.append((family, f"<p>{text}</p>"))
    return found


def _fill(chance: random.Random, template: str) -> str:
    text = template
    while "{link}" in text:
        host = f"{chance.choice(('best', 'top', 'my', 'get', '24'))}-{chance.randrange(10_000)}.{chance.choice(_ENDINGS)}"
        text = text.replace("{link}", f'<a href="https://{host}/{chance.randrange(999)}">{host}</a>', 1)
    return text.format(
        pill=chance.choice(_PILLS), brand=chance.choice(_BRANDS), thing=chance.choice(_THINGS),
        percent=chance.randrange(2, 300), money=f"${chance.randrange(1, 90) * 500:,}",
    )  # fmt: skip


def _disguise(chance: random.Random, text: str) -> str:
    """Replace letters outside of tags by others that look like them, one in three."""
    found, is_tag = [], False
    for char in text:
        is_tag = char == "<" or (is_tag and char != ">")
        found.append(_DISGUISES[char] if not is_tag and char in _DISGUISES and chance.random() < 0.33 else char)
    return "".join(found)
