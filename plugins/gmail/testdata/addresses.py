"""Write address texts and what Python's email.utils reads in them, one JSON object a line: {"text", "mailboxes": [[name, address]]}.

    python3 addresses.py > addresses.jsonl
    python3 addresses.py check < addresses.jsonl     reads the texts again, and fails where it reads something else

Encoded words are decoded as email.header does. Only well-formed texts (RFC 5322 and 6532, 2047): what is not is in address_differences_test.go.
"""
import json, random, sys
from email.header import decode_header, make_header
from email.utils import getaddresses

names = [
    "", "Uma", "Uma Reed", "Uma J. Reed", "Dara O'Neil", "Ötzi Müller", "山田 太郎", "a!#$%&'*+/=?^_`{|}~z Z", '"Reed, Uma"', '"Reed; Uma: x"', '"Uma \\"U\\" Reed"',
    '"back \\\\ slash"', '"at@name and more"', '"<angle> name"', '"(paren) name"', '""', '"J."', "Uma \"U.\" Reed", "=?utf-8?Q?R=C3=BAna?=", "=?UTF-8?B?TMOzYSwgUsO6bmE=?=",
    "=?utf-8?Q?R=C3=BAna_?= =?utf-8?Q?L=C3=B3a?=", "=?iso-8859-1?Q?Bj=F6rk?= Ash", "=?utf-8?Q?Smith_=E2=80=93_Co?=", "Mr. =?utf-8?q?=C3=96z?= Van", "=?utf-8?B?8J+YgA==?=",
]
locals_ = ["uma", "uma.reed", "UMA", "uma+tag", "o'neil", "a_b-c", "1", "a!#$%&'*+-/=?^_`{|}~b", "ötzi", '"ed smith"', '"co,mma"', '"at@in"', '"par(en"', '"a.b..c"', "x" * 64]
domains = ["post.test", "POST.Test", "mail.sub.post.test", "bücher.example", "xn--bcher-kva.example", "例え.テスト", "p-q.test", "localhost", "[192.0.2.7]"]
joints = [", ", ",", " , ", ",\r\n ", ",\r\n\t", ",\n  "]


def mailbox(rnd):
    name, address = rnd.choice(names), rnd.choice(locals_) + "@" + rnd.choice(domains)
    if not name:
        return rnd.choice([address, "<" + address + ">"])
    return name + rnd.choice([" ", "  ", "\r\n ", "\t"]) + "<" + address + ">"


def text(rnd):
    list_ = [mailbox(rnd) for _ in range(rnd.choice([1, 1, 1, 2, 3, 7]))]
    if rnd.random() < 0.15:
        at = rnd.randrange(len(list_))
        list_[at] = rnd.choice(["Crew", "The Crew", '"Crew, the"']) + ":" + rnd.choice(["", " "]) + ", ".join(mailbox(rnd) for _ in range(rnd.choice([0, 1, 2]))) + ";"
    joint = rnd.choice(joints)
    return joint.join(list_)


def read(value):
    folded = value.replace("\r\n", "").replace("\n", "")
    return [[str(make_header(decode_header(n))), a] for n, a in getaddresses([folded]) if a]


if sys.argv[1:] == ["check"]:
    differing = [v["text"] for v in map(json.loads, sys.stdin) if read(v["text"]) != v["mailboxes"]]
    sys.exit(f"Python {sys.version} reads otherwise: {differing}" if differing else 0)

rnd = random.Random(5322)
texts = [n + " <uma@post.test>" for n in names if n] + [l + "@" + d for l in locals_ for d in domains]
texts += [text(rnd) for _ in range(600)]
for t in dict.fromkeys(texts):
    print(json.dumps({"text": t, "mailboxes": read(t)}, ensure_ascii=False))
