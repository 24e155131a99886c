"""The vocabulary of the synthetic sample: which words it uses, and what they mean in it."""


def _list(words: str) -> list[str]:
    return words.split()


TOPICS = ["World", "Sports", "Business", "Sci/Tech"]

# Words of feeling, (negative, positive).  Where each group is used is the point of the sample: see sample.py.
PLAIN = (
    _list("bad dull poor weak awful flat silly cold boring stupid ugly slow sad cheap empty lazy"),
    _list("good great fine lovely clever warm funny bright smart fresh sweet strong nice rich bold fun"),
)
SHARED = (
    _list(
        """dismal dreary woeful abysmal shoddy lousy feeble clumsy hollow drab dire ghastly atrocious pitiful
        wretched sloppy grim rotten shabby inept appalling dreadful painful pointless sluggish sour
        disastrous hopeless messy bleak horrid miserable terrible lame costly bitter"""
    ),
    _list(
        """stellar superb radiant splendid dazzling sublime masterful graceful heartening triumphant flawless
        inspired brilliant glorious joyous elegant marvellous remarkable delightful rousing impressive
        outstanding excellent admirable stunning thrilling terrific wonderful magnificent refreshing
        uplifting assured stirring gallant hopeful golden"""
    ),
)
FILMIC = (
    _list(
        """wooden trite tedious insipid plodding soulless vapid turgid leaden lifeless tiresome grating
        muddled laboured stilted unwatchable overlong monotonous derivative corny"""
    ),
    _list(
        """gripping luminous charming compelling touching poignant hypnotic witty tender haunting enchanting
        riveting spellbinding absorbing unforgettable nuanced lyrical endearing heartfelt captivating"""
    ),
)

# News, by topic or in any topic: who, where, and what happens to them, (bad, good).
ACTORS = {
    "any": [
        "officials", "a spokesman", "the union", "the crowd", "the mayor", "the leaders", "many people",
        "the owners", "the experts", "the director",
    ],
    "World": [
        "the ministry", "the president", "the rebels", "the envoy", "the parliament", "the villagers",
        "the embassy", "the army", "the refugees", "the governor", "the voters", "the prime minister",
        "the peacekeepers", "the diplomats",
    ],
    "Sports": [
        "the Harriers", "the Rovers", "the captain", "the goalkeeper", "the coach", "the striker",
        "the sprinter", "the champion", "the rookie", "the Lancers", "the swimmers", "the home side",
        "the pitcher", "the fans",
    ],
    "Business": [
        "Norwell Oil", "Haldane Steel", "the retailer", "the bank", "the shareholders", "the airline",
        "the broker", "the chief executive", "the analysts", "the carmaker", "the insurer",
        "the investors", "the brewery", "the exporters",
    ],
    "Sci/Tech": [
        "the researchers", "the probe", "the laboratory", "the engineers", "the browser",
        "the software maker", "the astronomers", "the chip designers", "the satellite",
        "the phone network", "the biologists", "the search engine", "the robot", "the programmers",
    ],
}  # fmt: skip
PLACES = {
    "any": [
        "the city", "the region", "the country", "the north",
        "the last days", "the new year", "the suburbs",
    ],
    "World": [
        "Arvania", "Tolmar", "Dunmere", "Velsk",
        "the capital", "the northern province", "the border town",
    ],
    "Sports": [
        "the stadium", "the final", "the cup", "the league",
        "the playoffs", "the second half", "the derby",
    ],
    "Business": [
        "the market", "the quarter", "the fiscal year",
        "the exchange", "the boardroom", "the retail trade",
    ],
    "Sci/Tech": [
        "orbit", "the new release", "the trial",
        "the network", "the observatory", "the latest version",
    ],
}  # fmt: skip
EVENTS = {
    "any": (
        _list("setback slump crisis collapse failure delay shock decline"),
        _list("recovery rally record success boost surprise turn reward"),
    ),
    "World": (
        _list("attack flood siege famine coup blast riot crisis clash setback"),
        _list("accord ceasefire rescue election reunion pardon truce agreement summit recovery"),
    ),
    "Sports": (
        _list("defeat loss injury collapse ban relegation miss penalty slump setback"),
        _list("win victory comeback record title rally goal medal triumph recovery"),
    ),
    "Business": (
        _list("loss fall lawsuit strike default layoff slump crisis shortfall collapse"),
        _list("profit gain merger bonus dividend rise rally deal surplus recovery"),
    ),
    "Sci/Tech": (
        _list("crash flaw virus outage leak recall failure breach delay setback"),
        _list("discovery breakthrough launch upgrade cure landing record success advance agreement"),
    ),
}
DAYS = _list("Monday Tuesday Wednesday Thursday Friday Saturday Sunday")

# Reviews: what is judged, and what a film is about.
ASPECTS = _list(
    """acting script story photography music ending cast dialogue pacing direction editing plot scenery humour
    opening finale"""
)
HEROES = _list(
    """sailor teacher widow detective farmer pianist nurse thief soldier baker clerk painter doctor pilot
    gardener lawyer"""
)
DEEDS = [
    "returns to a small town", "loses a letter", "buys an old house", "looks for a lost brother",
    "crosses the desert", "inherits a circus", "hides a stranger", "opens a bakery", "learns to dance",
    "solves a riddle", "misses a train", "keeps a secret", "moves to the coast", "meets an old rival",
]  # fmt: skip
REMARKS = [
    "I saw it on a {day} with my {friend}.", "We watched it at home on a {day}.",
    "It runs for about two hours.", "My {friend} picked it for us.", "I had read the book before.",
    "It was shown late on {day} night.", "The theatre was half full that {day}.",
    "I rented it with my {friend}.",
]  # fmt: skip
FRIENDS = _list("brother sister neighbour uncle cousin daughter son colleague")
ADVERBS = _list("really quite truly simply very rather")
TITLES = (
    _list(
        """Glass Paper Silver Winter Hidden Distant Quiet Crimson Autumn Northern Wandering Iron Velvet Second
        Broken Salt Amber Eastern Lonely Painted Midnight Silent Copper Marble"""
    ),
    _list(
        """Harbour Orchard Lantern River Garden Station Mirror Letter Island Window Tower Bridge Valley Clock
        Kingdom Shadow Meadow Circus Highway Summer Anchor Teacup Compass Parade"""
    ),
)
