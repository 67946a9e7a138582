"""The text in a bundle that says, in Chinese and English, what it is and how to check it without this program."""

from server.proof.manifest import BUNDLE_TYPE
from shared.custody.envelope import EVENT_TYPE

_TEXT = """\
交接证据包 / Handover proof bundle
==================================

凭证编号 / proof id    {proof}
账本 / ledger          {origin}, {entry} {index}
服务器公钥指纹 / server key fingerprint (SHA-256 of the raw key)
                       {server_key}

中文
----
本证据包可独立核验，不需要服务器，也不需要数据库：

    handover verify 证据包.zip --key 可信公钥

只用 openssl 与 sha256sum 也能核验（在解压后的文件夹中逐步执行，任何一步不成立即说明内容被改动）：

1. 清单由服务器签名。
2. 每个文件的哈希都在清单中。
3. 每个事件由写入它的设备签名；交接事件内容的哈希就是凭证编号。
4. 照片与签名以各自的哈希命名，并由事件点名。

请通过其他途径（合同、官网、电话）核对服务器公钥指纹：证据包内的公钥不能为自己作证。

English
-------
This bundle can be checked alone, with no server and no database:

    handover verify BUNDLE.zip --key TRUSTED_KEY

With openssl and sha256sum alone, step by step in the unpacked folder (a step that does not hold means that something was
changed):

1. The manifest is signed by the server.
2. The hash of every file stands in the manifest.
3. Every event is signed by the device that wrote it; the hash of the handover's event is the proof id.
4. Photos and signatures are named by their hash, and named by events.

Compare the server key's fingerprint with one you got by another way (contract, web site, telephone): the key inside the
bundle cannot vouch for itself.

    # 1
    {{ printf 'DSSEv1 {bundle_length} {bundle_type} %d ' "$(wc -c < manifest.json)"; cat manifest.json; }} > /tmp/manifest.pae
    openssl pkeyutl -verify -pubin -inkey keys/server.pub -rawin -in /tmp/manifest.pae -sigfile manifest.sig

    # 2
    sed -n '/"files"/,$ {{ s/.*"name": "\\(.*\\)",/\\1/p; s/.*"sha256": "\\(.*\\)".*/\\1/p; }}' manifest.json \\
      | paste - - | awk '{{ print $2 "  " $1 }}' | sha256sum --check --quiet && echo OK

    # 3
    sed 's/.*"payload":"\\([^"]*\\)".*/\\1/' entries/{index}.dsse.json | openssl base64 -d -A > /tmp/event.json
    sed 's/.*"sig":"\\([^"]*\\)".*/\\1/' entries/{index}.dsse.json | openssl base64 -d -A > /tmp/event.sig
    {{ printf 'DSSEv1 {event_length} {event_type} %d ' "$(wc -c < /tmp/event.json)"; cat /tmp/event.json; }} > /tmp/event.pae
    openssl pkeyutl -verify -pubin -inkey keys/{key_id}.pem -rawin -in /tmp/event.pae -sigfile /tmp/event.sig
    sha256sum /tmp/event.json

    # 4
    [ ! -d blobs ] || (cd blobs && for f in *; do echo "$f  $f"; done | sha256sum --check --quiet) && echo OK
"""


def readme(*, proof: str, origin: str, index: int, server_key: str, key_id: str) -> bytes:
    """The text of README.txt; ``server_key`` is the full fingerprint, ``key_id`` the short name of the device's key."""
    text = _TEXT.format(
        proof=proof,
        origin=origin,
        index=index,
        entry="第 / entry",
        server_key=server_key,
        key_id=key_id,
        bundle_type=BUNDLE_TYPE,
        bundle_length=len(BUNDLE_TYPE),
        event_type=EVENT_TYPE,
        event_length=len(EVENT_TYPE),
    )
    return text.encode()
