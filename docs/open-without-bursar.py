#!/usr/bin/env python3
"""Opens a bursar vault without bursar: see open-without-bursar.md.

  open-without-bursar.py identity bursar.keys [KEY_FILE]   asks for the passphrase, prints an age identity
  open-without-bursar.py wrapped bursar.keys               writes wrapped-1.age …: what plugins and SSH keys open
  open-without-bursar.py sql keys.json                     prints the statements that open vault.db in SQLCipher 4

`sql` and `wrapped` need only Python; `identity` needs `pip install argon2-cffi`.
"""
import base64, getpass, hashlib, hmac, json, re, sys, unicodedata

BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def bech32(prefix, data):
    """BIP 173, as age spells its keys."""
    number, digits = int.from_bytes(data, "big") << (-len(data) * 8 % 5), -(-len(data) * 8 // 5)
    values = [number >> 5 * (digits - 1 - i) & 31 for i in range(digits)]
    head = [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]
    check = 1
    for value in head + values + [0] * 6:
        top, check = check >> 25, (check & 0x1FFFFFF) << 5 ^ value
        for i, part in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            check ^= part if top >> i & 1 else 0
    values += [(check ^ 1) >> 5 * (5 - i) & 31 for i in range(6)]
    return prefix + "1" + "".join(BECH32[value] for value in values)


def hkdf(key, salt, label):
    """RFC 5869 with SHA-256, one block."""
    return hmac.new(hmac.new(salt, key, hashlib.sha256).digest(), label + b"\1", hashlib.sha256).digest()


def second_factor(key_file):
    """The 32 bytes in the line BURSAR-KEY-FILE-1… (Bech32; a wrong checksum shows when the identity opens nothing)."""
    line = next(line.strip() for line in open(key_file) if line.startswith("BURSAR-KEY-FILE-1"))
    number = 0
    for letter in line.lower().rsplit("1", 1)[1][:-6]:
        number = number << 5 | BECH32.index(letter)
    return (number >> 4).to_bytes(32, "big")


def identity(keys_file, key_file=None):
    from argon2.low_level import Type, hash_secret_raw

    asked = getpass.getpass("Passphrase: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    passphrase = unicodedata.normalize("NFC", asked).encode()
    header = open(keys_file, "rb").read().split(b"\n--- ")[0].decode()
    tag = "argon2id-keyfile" if key_file else "argon2id"
    marker = rf"^-> bursar\.dev/{tag} \S+ (\S+) m=(\d+),t=(\d+),p=(\d+)$"
    for salt, memory, passes, lanes in re.findall(marker, header, re.M):
        salt = base64.b64decode(salt + "==")
        secret = hash_secret_raw(passphrase, salt, int(passes), int(memory), int(lanes), 32, Type.ID, 19)
        if key_file:
            secret = hkdf(secret, second_factor(key_file), b"bursar/v1/slot2")
        print(bech32("age-secret-key-", secret).upper())


def wrapped(keys_file):
    header = open(keys_file, "rb").read().split(b"\n--- ")[0].decode()
    bodies = re.findall(r"^-> bursar\.dev/wrapped \S+\n((?:[A-Za-z0-9+/]{64}\n)*[A-Za-z0-9+/]*)$", header, re.M)
    for number, body in enumerate(bodies, 1):
        text = body.replace("\n", "")
        open(f"wrapped-{number}.age", "wb").write(base64.b64decode(text + "=" * (-len(text) % 4)))
        print(f"wrapped-{number}.age")


def sql(json_file):
    keys = json.load(open(json_file))
    key_id, salt = keys["db"]["key_id"], keys["db"]["salt_hex"]
    ledger = base64.b64decode(keys["ledger"]["keys"][str(key_id)])
    raw = hkdf(ledger, bytes.fromhex(keys["vault_id"]), b"bursar/v1/sqlcipher/%d" % key_id).hex()
    print(f"PRAGMA key = \"x'{raw}{salt}'\";")
    print("SELECT count(*) FROM sqlite_schema;")


commands = {("identity", 3): identity, ("identity", 4): identity, ("wrapped", 3): wrapped, ("sql", 3): sql}
if len(sys.argv) < 2 or (sys.argv[1], len(sys.argv)) not in commands:
    sys.exit(__doc__)
command = commands[sys.argv[1], len(sys.argv)]
command(*sys.argv[2:])
