"""Configurations that were written to hurt a reader, of any size."""

from functools import cache

INSTANCE = (
    "vrrp_instance V{0} {{\n interface eth0\n virtual_router_id {1}\n"
    " virtual_ipaddress {{\n  10.0.0.1/24\n }}\n}}\n"
)


def _repeated(size: int) -> dict[str, str]:
    """Loops, and lines of the same kind."""

    def much(text: str) -> str:
        return text * (size // len(text))

    instances = "".join(INSTANCE.format(n, n % 255 + 1) for n in range(size // 110))
    return {
        "long loop": "~SEQ(N, 1, 1000000000) a\n",
        "empty loop": "~SEQ(N, 1, 999999999)\n",
        "loops": "~SEQ(A,1,999) ~SEQ(B,1,999) ~SEQ(C,1,999) a${A}\n",
        "many loops": much("~SEQ(A,1,9) ~SEQ(B,1,9) x\n"),
        "list": "~LST(A" + ",1" * 400 + ") x\n" + much("~LST({A,B},{1,2}) x\n"),
        "unknown words": much("abc def\n"),
        "near words": "vrrp_instance A {\n" + "".join(f"priorit{n} 1\n" for n in range(size // 14)) + "}\n",
        "one keyword": "vrrp_instance A {\n" + much("priority x\n") + "}\n",
        "addresses": "vrrp_instance A {\n virtual_ipaddress {\n" + much("10.0.0.1\n") + "}\n}\n",
        "bad addresses": "vrrp_instance A {\n virtual_ipaddress {\n" + much("10.0.0.300\n") + "}\n}\n",
        "members": "vrrp_sync_group A {\n group {\n" + much("A B C\n") + "}\n}\n",
        "tracks": instances + "vrrp_instance A {\n track_script {\n" + much("a weight 5\n") + "}\n}\n",
        "instances": instances,
        "includes": much("include /nonexistent/*.conf\n"),
        "braces in includes": "include /nonexistent/" + "{a,b}" * 100 + "\n",
        "digits": "vrrp_instance A {\npriority " + "9" * 900 + "\n}\n",
        "NUL": much("\0"),
        "NUL lines": much("a\0b\n"),
        "controls": much("\x1b[2J \x07\n"),
        "emoji": much("\U0001f600 \n"),
        "line separators": much("a\u2028b\x85c\n"),
        "carriage returns": much("a\r"),
    }


@cache
def hostile_texts(size: int) -> dict[str, bytes]:
    """Return texts of about `size` bytes, by name."""

    def much(text: str) -> str:
        return text * (size // len(text))

    laughs = "".join(f"$L{n}= \\\n$L{n + 1} \\\n$L{n + 1}\n\n" for n in range(40)) + "$L40=x\n$L0\n"
    wide = "$A=" + "${B}" * 200 + "\n$B=" + "x" * 900 + "\n$A\n"
    instances = "".join(INSTANCE.format(n, n % 255 + 1) for n in range(size // 110))
    texts = {
        "open braces": much("{"),
        "open blocks": much("a{"),
        "closed braces": much("}\n"),
        "pairs": much("{}"),
        "quotes": much('"'),
        "single quotes": much("script '\n"),
        "backslashes": much("\\\n"),
        "escapes": "vrrp_script a {\n" + much('script "\\x41\\101\\cA"\n') + "}\n",
        "one line": much("a "),
        "one word": much("a"),
        "empty lines": much("\n"),
        "comments": much("#\n"),
        "conditions": much("@a b\n"),
        "definitions": much("$A=b\n"),
        "uses": "$A=b\n" + much("$A $A $A $A\n"),
        "undefined": much("${A}\n"),
        "a definition of itself": "$A=$A\n$A\n" + much("$A\n"),
        "two of each other": "$A=${B}\n$B=${A}\n" + much("$A\n"),
        "a definition in itself": "$A=x \\\n$A \\\ny\n$A\n",
        "laughs": laughs,
        "wide": wide,
        **_repeated(size),
    }
    coded = {name: text.encode() for name, text in texts.items()}
    coded["UTF-16"] = instances.encode("utf-16")
    coded["UTF-16 without a mark"] = instances.encode("utf-16-le")
    coded["UTF-16 big"] = instances.encode("utf-16-be")
    coded["Latin-1"] = ("# M\u00fcller\n" + instances).encode("latin-1")
    coded["byte order mark"] = b"\xef\xbb\xbf" + instances.encode()
    coded["every byte"] = bytes(range(256)) * (size // 256)
    return coded
