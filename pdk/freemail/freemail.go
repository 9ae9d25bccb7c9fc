// Package freemail lists domains of mail addresses that identify no organization, for adapters that
// distinguish a person's address from a company's. The core has a longer list of its own, which keeps such
// domains from resolving entities whatever an adapter declares; each domain here is on that list.
package freemail

// Domains are the providers of mail to the public, disposable mailboxes, and relays that hide an
// address, in lower case. The order is part of what adapters compile to: add at the end.
func Domains() []string {
	return []string{
		"gmail.com", "googlemail.com",
		"outlook.com", "outlook.de", "outlook.fr", "outlook.es", "hotmail.com", "hotmail.co.uk", "hotmail.de", "hotmail.fr", "hotmail.it", "hotmail.es",
		"live.com", "live.co.uk", "live.de", "live.fr", "live.nl", "msn.com", "passport.com",
		"yahoo.com", "yahoo.co.uk", "yahoo.co.in", "yahoo.co.jp", "yahoo.de", "yahoo.fr", "yahoo.it", "yahoo.es", "yahoo.com.br", "ymail.com", "rocketmail.com", "aol.com", "aim.com",
		"icloud.com", "me.com", "mac.com", "privaterelay.appleid.com",
		"proton.me", "protonmail.com", "protonmail.ch", "pm.me", "tutanota.com", "tutanota.de", "tuta.io", "hushmail.com", "fastmail.com", "fastmail.fm",
		"gmx.com", "gmx.net", "gmx.de", "gmx.at", "gmx.ch", "web.de", "t-online.de", "freenet.de", "mail.de", "posteo.de", "mailbox.org", "arcor.de", "online.de", "1und1.de",
		"mail.com", "email.com", "usa.com", "zoho.com", "zohomail.com", "yandex.com", "yandex.ru", "mail.ru", "inbox.ru", "list.ru", "bk.ru", "rambler.ru",
		"qq.com", "163.com", "126.com", "sina.com", "sohu.com", "foxmail.com", "aliyun.com", "naver.com", "daum.net", "hanmail.net", "docomo.ne.jp", "ezweb.ne.jp", "softbank.ne.jp",
		"comcast.net", "verizon.net", "att.net", "sbcglobal.net", "bellsouth.net", "cox.net", "charter.net", "earthlink.net", "juno.com", "optonline.net", "rogers.com", "shaw.ca", "sympatico.ca",
		"btinternet.com", "btopenworld.com", "sky.com", "talktalk.net", "virginmedia.com", "ntlworld.com", "blueyonder.co.uk",
		"orange.fr", "wanadoo.fr", "free.fr", "laposte.net", "sfr.fr", "neuf.fr", "bbox.fr",
		"libero.it", "virgilio.it", "tiscali.it", "tin.it", "alice.it", "telefonica.net", "terra.es", "terra.com.br", "uol.com.br", "bol.com.br", "ig.com.br",
		"bluewin.ch", "hispeed.ch", "sunrise.ch", "telenet.be", "skynet.be", "ziggo.nl", "xs4all.nl", "planet.nl", "kpnmail.nl", "wp.pl", "o2.pl", "onet.pl", "interia.pl", "seznam.cz", "centrum.cz", "abv.bg", "ukr.net",
		"rediffmail.com", "bigpond.com", "optusnet.com.au", "xtra.co.nz",
		"mailinator.com", "guerrillamail.com", "10minutemail.com", "temp-mail.org", "yopmail.com", "trashmail.com", "sharklasers.com",
		"users.noreply.github.com", "reply.github.com", "marketplace.amazon.com", "marketplace.amazon.de", "marketplace.amazon.co.uk", "members.ebay.com", "relay.firefox.com", "mozmail.com", "duck.com", "simplelogin.com", "anonaddy.me",
	}
}
