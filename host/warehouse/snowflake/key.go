package snowflake

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/des"
	"crypto/pbkdf2"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"
	"hash"
)

// errPassphrase says that an encrypted key was not opened by its passphrase.
var errPassphrase = errors.New("the key is encrypted, and this does not open it")

// parseKey reads an RSA key: PKCS #8, plain or encrypted, or PKCS #1. Its errors quote nothing of the text.
func parseKey(text []byte, passphrase string) (*rsa.PrivateKey, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errors.New("there is no PEM block in it")
	}
	der := block.Bytes
	switch block.Type {
	case "RSA PRIVATE KEY":
		if block.Headers["DEK-Info"] != "" {
			return nil, errors.New("it is encrypted the old way; `openssl pkcs8 -topk8` writes it in one that can be read")
		}
		key, err := x509.ParsePKCS1PrivateKey(der)
		if err != nil {
			return nil, errors.New("its PEM block holds no RSA key")
		}
		return key, nil
	case "ENCRYPTED PRIVATE KEY":
		var err error
		if der, err = decrypt(der, passphrase); err != nil {
			return nil, err
		}
	case "PRIVATE KEY":
	default:
		return nil, fmt.Errorf("its PEM block is a %s, not a private key", block.Type)
	}
	key, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		if block.Type == "ENCRYPTED PRIVATE KEY" { // the padding was right by chance
			return nil, errPassphrase
		}
		return nil, errors.New("its PEM block holds no PKCS #8 key")
	}
	rsaKey, ok := key.(*rsa.PrivateKey)
	if !ok {
		return nil, errors.New("it is not an RSA key, the one kind that Snowflake takes")
	}
	return rsaKey, nil
}

// What RFC 8018 writes into an encrypted key.
type (
	encryptedKey struct {
		Algorithm pkix.AlgorithmIdentifier
		Data      []byte
	}
	pbes2Params  struct{ Derivation, Cipher pkix.AlgorithmIdentifier }
	pbkdf2Params struct {
		Salt       []byte
		Iterations int
		KeyLength  int                      `asn1:"optional"`
		Hash       pkix.AlgorithmIdentifier `asn1:"optional"`
	}
)

var (
	oidPBES2  = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 13}
	oidPBKDF2 = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 12}
)

// maxIterations bounds the work that a key's file can ask for; OpenSSL's default is 2048.
const maxIterations = 10_000_000

// decrypt opens an encrypted PKCS #8 key of the kind that OpenSSL writes: PBES2 with PBKDF2.
func decrypt(der []byte, passphrase string) ([]byte, error) {
	var outer encryptedKey
	var scheme pbes2Params
	var derivation pbkdf2Params
	var iv []byte
	if _, err := asn1.Unmarshal(der, &outer); err != nil {
		return nil, errors.New("its PEM block holds no encrypted key")
	}
	if !outer.Algorithm.Algorithm.Equal(oidPBES2) {
		return nil, errors.New("it is encrypted in an old way; `openssl pkcs8 -topk8 -v2 aes-256-cbc` writes it in one that can be read")
	}
	if _, err := asn1.Unmarshal(outer.Algorithm.Parameters.FullBytes, &scheme); err != nil {
		return nil, errors.New("how it is encrypted cannot be read")
	}
	if !scheme.Derivation.Algorithm.Equal(oidPBKDF2) {
		return nil, errors.New("its passphrase is not hashed by PBKDF2")
	}
	if _, err := asn1.Unmarshal(scheme.Derivation.Parameters.FullBytes, &derivation); err != nil || derivation.Iterations > maxIterations {
		return nil, errors.New("how its passphrase is hashed cannot be read")
	}
	newHash, ok := hashes[derivation.Hash.Algorithm.String()]
	if !ok {
		return nil, errors.New("its passphrase is hashed in an unknown way")
	}
	c, ok := ciphers[scheme.Cipher.Algorithm.String()]
	if !ok {
		return nil, errors.New("its cipher is unknown; `openssl pkcs8 -topk8 -v2 aes-256-cbc` writes one that is known")
	}
	if _, err := asn1.Unmarshal(scheme.Cipher.Parameters.FullBytes, &iv); err != nil {
		return nil, errors.New("its cipher's start cannot be read")
	}
	key, err := pbkdf2.Key(newHash, passphrase, derivation.Salt, derivation.Iterations, c.keyLength)
	if err != nil {
		return nil, errPassphrase
	}
	block, err := c.open(key)
	if err != nil || len(iv) != block.BlockSize() || len(outer.Data) == 0 || len(outer.Data)%block.BlockSize() != 0 {
		return nil, errors.New("its PEM block is damaged")
	}
	plain := make([]byte, len(outer.Data))
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(plain, outer.Data)
	padding := int(plain[len(plain)-1])
	if padding == 0 || padding > block.BlockSize() {
		return nil, errPassphrase
	}
	for _, b := range plain[len(plain)-padding:] {
		if int(b) != padding {
			return nil, errPassphrase
		}
	}
	return plain[:len(plain)-padding], nil
}

// hashes by object identifier; none is SHA-1.
var hashes = map[string]func() hash.Hash{
	"": sha1.New, "1.2.840.113549.2.7": sha1.New, "1.2.840.113549.2.9": sha256.New, "1.2.840.113549.2.11": sha512.New,
}

var ciphers = map[string]struct {
	keyLength int
	open      func([]byte) (cipher.Block, error)
}{
	"1.2.840.113549.3.7":      {24, des.NewTripleDESCipher},
	"2.16.840.1.101.3.4.1.2":  {16, aes.NewCipher},
	"2.16.840.1.101.3.4.1.22": {24, aes.NewCipher},
	"2.16.840.1.101.3.4.1.42": {32, aes.NewCipher},
}
