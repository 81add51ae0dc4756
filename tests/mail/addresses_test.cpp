#include <catch2/catch.hpp>

#include "mail/message.h"

using namespace requeue::mail;
using Addresses = std::vector<std::string>;

TEST_CASE("Addresses as the standard writes them") {
  CHECK(addresses_of("a@b") == Addresses{"a@b"});
  CHECK(addresses_of("A <a@b>, c@d") == Addresses{"a@b", "c@d"});
  CHECK(addresses_of("\"Last, First\" <a@b>, \"q\\\"uote, \" <c@d>") == Addresses{"a@b", "c@d"});
  CHECK(addresses_of("\"a b\"@c, \"x@y\"@z") == Addresses{"\"a b\"@c", "\"x@y\"@z"});
  CHECK(addresses_of("a@[192.0.2.1], b@[IPv6:2001:db8::1]") == Addresses{"a@[192.0.2.1]", "b@[IPv6:2001:db8::1]"});
  CHECK(addresses_of("Friends: a@b, C <c@d>;, e@f") == Addresses{"a@b", "c@d", "e@f"});
  CHECK(addresses_of("(one, (two) \\) three) a@b (four)") == Addresses{"a@b"});
  CHECK(addresses_of("j(x)@(y)machine(comment). example") == Addresses{"j@machine.example"});
  CHECK(addresses_of("<@a,@b:user@host>, Name <@c:u2@host>") == Addresses{"user@host", "u2@host"});
  CHECK(addresses_of("m\xC3\xA4ry@ex\xC3\xA4mple.net") == Addresses{"m\xC3\xA4ry@ex\xC3\xA4mple.net"});
}

TEST_CASE("Groups without members, and what stands for them, give no address") {
  CHECK(addresses_of("undisclosed-recipients:").empty());
  CHECK(addresses_of("undisclosed-recipients:;").empty());
  CHECK(addresses_of("Undisclosed-Recipients").empty());
  CHECK(addresses_of("<Undisclosed-Recipient:@host;>").empty());
  CHECK(addresses_of("").empty());
  CHECK(addresses_of(" ,;, <> , \"\" ,").empty());
}

TEST_CASE("A name without a domain stays as it stands; a display name alone is none") {
  CHECK(addresses_of("root") == Addresses{"root"});
  CHECK(addresses_of("<root>, Joe <joe>") == Addresses{"root", "joe"});
  CHECK(addresses_of("Mary Smith").empty());
  CHECK(addresses_of("Dr. Who").empty());
  CHECK(addresses_of("\"Mary\"").empty());
  CHECK(addresses_of("=?utf-8?Q?a,_b=40c?=").empty());
}

TEST_CASE("Encoded words are never decoded into addresses") {
  CHECK(addresses_of("=?utf-8?Q?evil=40x,?= <a@b>") == Addresses{"a@b"});
  CHECK(addresses_of("=?utf-8?B?YUBi?= <a@c>, =?x?Q?y?= =?x?Q?z?= <d@e>") == Addresses{"a@c", "d@e"});
}

TEST_CASE("Real mail's liberties") {
  CHECK(addresses_of("a@b; c@d ;e@f") == Addresses{"a@b", "c@d", "e@f"});
  CHECK(addresses_of("<a@b> text, X <c@d> (y) z") == Addresses{"a@b", "c@d"});
  CHECK(addresses_of("<a@b> <c@d>") == Addresses{"a@b", "c@d"});
  CHECK(addresses_of("a@b c@d") == Addresses{"a@b", "c@d"});
  CHECK(addresses_of("<a@b, c@d") == Addresses{"a@b", "c@d"});
  CHECK(addresses_of("<<a@b>>") == Addresses{"a@b"});
  CHECK(addresses_of("Big Bug bb@bug.com") == Addresses{"bb@bug.com"});
  CHECK(addresses_of("mailto:a@b") == Addresses{"a@b"});
  CHECK(addresses_of("a@b \"unclosed, c@d") == Addresses{"a@b", "c@d"});
  CHECK(addresses_of("(unclosed a@b, c@d") == Addresses{"a@b", "c@d"});
  CHECK(addresses_of("a@[unclosed, c@d").back() == "c@d");
  CHECK(addresses_of("s..palmer@enron.com") == Addresses{"s..palmer@enron.com"});
}

TEST_CASE("an address behind a bracket, without a comma between, was dropped") {
  CHECK(addresses_of("<a@x> b@y, c@z") == Addresses{"a@x", "b@y", "c@z"});
  CHECK(addresses_of("A <a@x>\r\n b@y") == Addresses{"a@x", "b@y"});
  CHECK(addresses_of("A <a@x> (b@y) \"c@y\" word") == Addresses{"a@x"});
  // Remarks, whatever stands in them.
  for (const auto* const remark :
       {"[mailto:b@y]", "=?utf-8?q?b@y?=", "on behalf of b@y", "via b@y", "x-foo=b@y", "{b@y}", "'b@y'"}) {
    INFO(remark);
    CHECK(addresses_of(std::string("A <a@x> ") + remark) == Addresses{"a@x"});
  }
  CHECK(addresses_of("b@y <a@x>") == Addresses{"a@x"});  // a display name
}

TEST_CASE("two addresses behind a bracket, and one before an empty bracket, were dropped") {
  CHECK(addresses_of("<a@x>\r\n b@y\r\n c@z, d@z") == Addresses{"a@x", "b@y", "c@z", "d@z"});
  CHECK(addresses_of("<a@x> b@y and c@z") == Addresses{"a@x"});
  CHECK(addresses_of("a@x <>, b@y < >, c@z <b@y>") == Addresses{"a@x", "b@y"});
  CHECK(addresses_of("a@x <") == Addresses{"a@x"});
  CHECK(addresses_of("for a@x <>, Name <>, <>").empty());
}

TEST_CASE("An address is given once, as first seen") {
  CHECK(addresses_of("A@B, a@b, <a@B>, c@d") == Addresses{"A@B", "c@d"});
  CHECK(same_address("User@Example.COM", "user@example.com"));
  CHECK_FALSE(same_address("\xC3\x84@x", "\xC3\xA4@x"));
}

TEST_CASE("What may be written as an address") {
  for (const auto* good : {"a@b", "root", "\"a b\"@c", "\"a\\\"@\"@c", "a@[192.0.2.1]", "m\xC3\xA4@x"}) {
    CHECK(is_writable_address(good));
  }
  for (const auto* bad : {"", "a b@c", "a@b\r\nx-receiver: c@d", "a\t@b", "<a@b>", "a@", "@b", "\"a@b", "a\x7F@b"}) {
    CHECK_FALSE(is_writable_address(bad));
  }
  CHECK_FALSE(is_writable_address(std::string_view("a\0@b", 4)));
  CHECK(is_writable_address(std::string(996, 'a') + "@b"));
  CHECK_FALSE(is_writable_address(std::string(997, 'a') + "@b"));
}

TEST_CASE("What a person may write as an address, and what is a slip") {
  for (const auto* good :
       {"a@b", "root", "\"a, b\"@c", "\"a@b\"@c", "a@[192.0.2.1]", "a@[IPv6:2001:db8::1]", "m\xC3\xA4@x"}) {
    CHECK(is_plain_address(good));
  }
  for (const auto* bad : {"", "a@b,c@d", "a@b;c@d", "a,b@c", "a@b:c", "a@b(c)", "a[b@c", "a@[b]c", "a@[b,c]", "a@b@c",
                          "<a@b>", "a b@c", ","}) {
    INFO(bad);
    CHECK_FALSE(is_plain_address(bad));
  }
  CHECK(is_writable_address("a@b@c"));
  CHECK_FALSE(is_writable_address("a@b,c@d"));
}

TEST_CASE("The domain of an address") {
  CHECK(domain_of("a@Example.COM") == "example.com");
  CHECK(domain_of("\"x@y\"@Z") == "z");
  CHECK(domain_of("root").empty());
  CHECK(domain_of("\"a@b\"").empty());
  CHECK(domain_of("").empty());
}
