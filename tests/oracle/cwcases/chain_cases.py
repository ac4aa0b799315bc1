"""Where records go, when a step applies, and random chains of steps."""

from cwcases.base import Cases, predicate, step
from cwcases.documents import documents, others

# regex, replacement, topics
ROUTES = [("orders", "x", ["orders", "orders2", "my-orders", "ORDERS"]), (".*", "x", ["orders", "", "a b"]),
          ("(.*)", "$1", ["orders"]), ("(.*)-(.*)", "$2-$1", ["a-b", "a-b-c", "ab"]), ("(.*)", "${0}", ["orders"]),
          ("(.*)", "$0", ["orders"]), ("(.*)", "$12", ["orders"]),
          ("(a)(b)(c)(d)(e)(f)(g)(h)(i)(j)(k)", "$11-$12-$1", ["abcdefghijk"]), ("(.*)", "$2", ["orders"]),
          ("(.*)", "$", ["orders"]), ("(.*)", "$x", ["orders"]), ("(?<name>.*)", "${name}", ["orders"]),
          ("(?<name>.*)", "${nope}", ["orders"]), ("(?<name>.*)", "${name", ["orders"]), ("(.*)", "\\$1", ["orders"]),
          ("(.*)", "\\\\$1", ["orders"]), ("(.*)", "x\\", ["orders"]), ("dm|dm.*", "first", ["dm.155.orders", "dm"]),
          ("a|ab", "X", ["ab", "a"]), ("(?i)ORDERS", "x", ["orders", "Orders"]), ("[a-z]+", "x", ["orders", "or1"]),
          ("\\d+", "n", ["123", "\u0661"]), ("\\w+", "w", ["abc_1", "\u00e4"]),
          ("\\p{Alpha}+", "p", ["abc", "\u00e4"]), ("\\p{L}+", "p", ["\u00e4", "1"]),
          ("\\p{IsAlphabetic}+", "p", ["\u00e4"]), ("\\p{javaLowerCase}+", "p", ["abc"]),
          ("[a-z&&[^b]]+", "x", ["acd", "abc"]), ("a{2,3}", "x", ["aa", "aaaa"]), ("a++b", "x", ["aab"]),
          ("(?>a|ab)c", "x", ["abc", "ac"]), ("^orders$", "x", ["orders"]), ("\\Aorders\\z", "x", ["orders"]),
          ("\\Qa.b\\E", "x", ["a.b", "axb"]), ("(?:a)(b)", "$1", ["ab"]), ("(?=a)a(?!b).", "x", ["ac", "ab"]),
          ("(a)?b", "[$1]", ["b", "ab"]), ("(a)\\1", "x", ["aa", "ab"]), ("(?<n>a)\\k<n>", "${n}", ["aa"]),
          ("[", "x", ["orders"]), ("(", "x", ["orders"]), ("*", "x", ["orders"]), ("a{", "x", ["a{"]),
          ("", "x", ["orders", ""]), ("orders", "", ["orders"]), (".", "x", ["\u00e4", "\U0001f600", "a"]),
          ("[^a]*", "y", ["bcd"]), ("prefix-(.*)", "$1.$1", ["prefix-a$b", "prefix-"]),
          ("(.+?)(\\d*)", "$1|$2", ["abc12"]), ("\\x41\\u0042", "x", ["AB"]), ("[\\w.-]+", "x", ["a.b-c"]),
          ("(?x) a b # c", "x", ["ab"]), ("(?s).*", "x", ["a\nb"]), (".*", "x", ["a\nb"]), ("\\h\\R", "x", [" \n"]),
          ("(a|b)*", "$1", ["abab"]), ("x*", "-", ["", "xx"]), ("\\bword\\b", "x", ["word"]),
          ("(?<a1>x)", "${a1}$1", ["x"]), ("\\07", "x", ["\x07"]), ("\\cA", "x", ["\x01"]), ("\\e", "x", ["\x1b"]),
          ("[[:alpha:]]", "x", ["a", ":"]), ("\\N{LATIN SMALL LETTER A}", "x", ["a"]), ("\\Z", "x", [""]),
          ("a\\Z", "x", ["a"]), ("\\G.*", "x", ["abc"]), ("[a-d[m-p]]+", "u", ["adm", "e"]),
          ("\\p{Lu}\\p{Ll}*", "x", ["Abc", "abc"]), ("\\P{Lu}+", "x", ["abc"]), ("\\p{InGreek}+", "x", ["\u03b1"]),
          ("\\p{IsGreek}+", "x", ["\u03b1"]), ("\\p{Punct}", "x", ["!", "$"]), ("(?u)\u00e4", "x", ["\u00e4"]),
          ("(?iu)\u00c4", "x", ["\u00e4"]), ("(?i)\u00c4", "x", ["\u00e4"]), ]

TEST_TOPICS = ["orders", "orders-1", "my-orders", ""]


def routes():
    cases = Cases("routes", "RegexRouter, TimestampRouter, Filter and the predicates")

    def add(chain, **rest):
        cases.add("v", vin="string", vout="string", chain=chain, **rest)

    for regex, replacement, topics in ROUTES:
        for topic in topics:
            add([step("RegexRouter", regex=regex, replacement=replacement)], topic=topic)
            add([
                step("RegexRouter", regex="orders", replacement="hit", predicate=predicate(
                    "TopicNameMatches", pattern=regex))
            ], topic=topic)
            add([step("Filter", predicate=predicate("TopicNameMatches", pattern=regex))], topic=topic)
    for config in ({}, {"regex": "a"}, {"replacement": "a"}):
        add([step("RegexRouter", **config)])
    for topic_format in ("${topic}-${timestamp}", "${timestamp}", "${topic}", "x", "${topic}${topic}", "$topic",
                         "${Topic}", "a$b-${timestamp}", ""):
        for stamp_format in (None, "yyyy", "yyyy-MM-dd-HH-mm-ss-SSS", "'q'yy", "b", "", "MMM"):
            extra = {} if stamp_format is None else {"timestamp__format": stamp_format}
            for stamp in (0, 1700000000123) if stamp_format in (None, "MMM") else (1700000000123, ):
                add([step("TimestampRouter", topic__format=topic_format, **extra)], timestamp=stamp, topic="a$1b")
    for stamp in (None, 0, 253402300799999):
        add([step("TimestampRouter")], timestamp=stamp)
    two = [("h", "1"), ("", "x"), ("h", "2")]
    for name in ("h", "H", "", "missing"):
        for negate in (False, True):
            for headers in ([], two):
                add([step("Filter", predicate=predicate("HasHeaderKey", name=name), negate=negate)], headers=headers)
    for config in ({}, {"pattern": "["}, {"pattern": ""}):
        add([step("Filter", predicate=predicate("TopicNameMatches", **config))])
    add([step("Filter", predicate=predicate("HasHeaderKey"))])
    add([step("Filter")])
    add([step("RegexRouter", regex="orders", replacement="x"), step("Filter")])
    tombstone = predicate("RecordIsTombstone")
    for value, name in documents()[::3] + others():
        for negate in (False, True):
            cases.add(value, vin=name, vout=name, chain=[step("Filter", predicate=tombstone, negate=negate)])
            cases.add(
                value, vin=name, vout=name,
                chain=[step("ExtractField$Value", field="name"),
                       step("Filter", predicate=tombstone, negate=negate)])
            cases.add(
                value, vin=name, vout=name, chain=[
                    step("InsertField$Value", static__field="s", static__value="x", predicate=tombstone,
                         negate=negate)
                ])
    # a predicate sees the record as it is at its place
    for topic in TEST_TOPICS:
        matches = predicate("TopicNameMatches", pattern="routed")
        add([step("RegexRouter", regex="orders", replacement="routed"),
             step("Filter", predicate=matches)], topic=topic)
        add([step("Filter", predicate=matches),
             step("RegexRouter", regex="orders", replacement="routed")], topic=topic)
        add([
            step("RegexRouter", regex="orders", replacement="routed"),
            step("InsertHeader", header="k", value__literal="1", predicate=matches, negate=True),
            step("DropHeaders", headers="h", predicate=predicate("HasHeaderKey", name="k"))
        ], topic=topic, headers=two)
    return cases


def steps(rng, way):
    """One random step, with what a document of documents.py offers."""
    name = rng.choice(["id", "name", "price", "paid", "at", "customer", "tags", "id", "name", "missing"])
    other = rng.choice(["id", "name", "price", "at", "customer"])
    target = rng.choice(["int8", "int32", "int64", "float64", "boolean", "string"])
    made = rng.choice([
        lambda: step("Cast$" + way, spec="%s:%s" %
                     (name, target)), lambda: step("Cast$" + way, spec="%s:%s,%s:string" % (name, target, other))
        if name != other else step("Cast$" + way, spec=name + ":string"),
        lambda: step("ExtractField$" + way, field=name),
        lambda: step("ExtractField$" + way, field=rng.choice(
            ["customer.id", "customer.address.city", "customer.address.`zip.code`"]), field__syntax__version="V2"),
        lambda: step("HoistField$" + way, field=rng.choice(["v", "id", "customer"])),
        lambda: step("InsertField$" + way, topic__field="t", static__field="s", static__value="fix"),
        lambda: step("InsertField$" + way, timestamp__field=rng.choice(["ts", "at2", "id"]), partition__field="p?",
                     offset__field="o"),
        lambda: step("MaskField$" + way, fields=rng.choice(["name", "id", "price", "name,id", "at"])),
        lambda: step("MaskField$" + way, fields=rng.choice(["name", "id"]), replacement=rng.choice(["0", "xx"])),
        lambda: step("ReplaceField$" + way, exclude=",".join(sorted({name, other}))),
        lambda: step("ReplaceField$" + way, include=",".join(sorted({name, other, "id"}))),
        lambda: step("ReplaceField$" + way, renames="%s:%s" % (name, rng.choice(["renamed", "x.y"]))),
        lambda: step("Flatten$" + way, delimiter=rng.choice([".", "_"])),
        lambda: step("SetSchemaMetadata$" + way, schema__name="com.example.Set", schema__version="3"),
        lambda: step("TimestampConverter$" + way, field="at", target__type=rng.choice(
            ["string", "unix", "Timestamp", "Date"]), format="yyyy-MM-dd HH:mm"),
        lambda: step("HeaderFrom$" + way, fields=name, headers="moved", operation=rng.choice(["copy", "move"])),
        lambda: step("ValueToKey", fields=other),
        lambda: step("InsertHeader", header="added", value__literal=rng.choice(["1", "x", "[1,2]"])),
        lambda: step("DropHeaders", headers=rng.choice(["h", "added,moved"])),
        lambda: step("RegexRouter", regex=rng.choice(["(.*)", "ord(.*)", "routed"]), replacement=rng.choice(
            ["routed", "$1-x"])),
        lambda: step("TimestampRouter", topic__format="${topic}.${timestamp}", timestamp__format="yyyy"),
    ])()
    chance = rng.random()
    if chance < 0.35:
        made["predicate"] = rng.choice([
            predicate("RecordIsTombstone"),
            predicate("HasHeaderKey", name=rng.choice(["h", "added", "moved"])),
            predicate("TopicNameMatches", pattern=rng.choice(["orders", "routed.*", ".*"]))
        ])
        if rng.random() < 0.5:
            made["negate"] = True
    elif chance < 0.38:
        made = step("Filter", predicate=rng.choice(
            [predicate("RecordIsTombstone"), predicate("HasHeaderKey", name="added")]), negate=rng.random() < 0.5)
    return made


def chains(rng):
    cases = Cases("chains", "Random chains of two to four steps, with predicates")
    pool = documents() * 6 + others()
    for _ in range(750):
        value, name = rng.choice(pool)
        key, kin = rng.choice([("k", "string"), (None, "string"),
                               (documents()[0 if name == "json-schema" else 3][0], name)])
        ways = ["Value"] if kin == "string" else ["Value", "Value", "Key"]
        chain = [steps(rng, rng.choice(ways)) for _ in range(rng.randint(2, 4))]
        cases.add(value, vin=name, vout=rng.choice([name, "json"]), key=key, kin=kin, kout=name, headers=rng.choice(
            [None, [("h", "1")], [("h", "x"), ("added", "2")]]), hout=rng.choice(
                ["json-schema", "json-schema", "string"]), chain=chain)
    return cases


def families(rng):
    return [routes(), chains(rng)]
