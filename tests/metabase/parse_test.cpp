#include <catch2/catch.hpp>

#include "core/utf16.h"
#include "metabase/metabase.h"

using requeue::metabase::parse;

namespace {

std::string wrapped(const std::string& elements) {
  return "<?xml version =\"1.0\"?>\r\n<configuration "
         "xmlns=\"urn:microsoft-catalog:XML_Metabase_V64_0\">\r\n<MBProperty>\r\n" +
         elements + "</MBProperty>\r\n</configuration>\r\n";
}

std::string server(const std::string& attributes, const std::string& number = "1") {
  return wrapped("<IIsSmtpServer\tLocation =\"/LM/SmtpSvc/" + number + "\"\r\n\t\t" + attributes +
                 "\r\n\t>\r\n</IIsSmtpServer>\r\n");
}

std::string utf16(const std::string& text, bool big) {
  std::string bytes(big ? "\xFE\xFF" : "\xFF\xFE");
  const auto units = requeue::to_utf16(text).value();
  for (const auto unit : units) {
    const char high = static_cast<char>(unit >> 8U);
    const char low = static_cast<char>(unit & 0xFFU);
    bytes += big ? high : low;
    bytes += big ? low : high;
  }
  return bytes;
}

std::string why(const std::string& bytes) {
  const auto parsed = parse(bytes);
  REQUIRE_FALSE(parsed);
  return parsed.error();
}

}  // namespace

TEST_CASE("the folders and settings of a virtual server are read") {
  const auto servers =
      parse(server("BadMailDirectory=\"C:\\Inetpub\\mailroot\\Badmail\"\r\n"
                   "DropDirectory=\"D:\\Drop\"\r\nHopCount=\"20\"\r\n"
                   "PickupDirectory=\"C:\\Inetpub\\mailroot\\Pickup\"\r\n"
                   "QueueDirectory=\"E:\\Queue\"\r\nServerComment=\"Relay\"\r\n"
                   "SmtpDotStuffPickupDirFiles=\"FALSE\""));
  REQUIRE(servers);
  REQUIRE(servers->size() == 1);
  const auto& one = servers->front();
  CHECK(one.number == "1");
  CHECK(one.comment == "Relay");
  CHECK(one.queue == "E:\\Queue");
  CHECK(one.pickup == "C:\\Inetpub\\mailroot\\Pickup");
  CHECK(one.badmail == "C:\\Inetpub\\mailroot\\Badmail");
  CHECK(one.drop == "D:\\Drop");
  CHECK(one.hop_limit == 20U);
  CHECK(one.strips_dots == false);
}

TEST_CASE("what a virtual server does not say is inherited from the service; its name is not") {
  const auto servers =
      parse(wrapped("<IIsSmtpService Location=\"/LM/SMTPSVC\" QueueDirectory=\"Q\" HopCount=\"9\" ServerComment=\"all\""
                    " SmtpDotStuffPickupDirFiles=\"true\"></IIsSmtpService>"
                    "<IIsSmtpServer Location=\"/lm/smtpsvc/2/\" QueueDirectory=\"\" PickupDirectory=\"P2\" />"
                    "<IIsSmtpServer Location=\"/LM/SmtpSvc/10\" QueueDirectory=\"Q10\" HopCount=\"30\"/>"));
  REQUIRE(servers);
  REQUIRE(servers->size() == 2);
  CHECK((*servers)[0].number == "2");
  CHECK((*servers)[0].queue == "Q");
  CHECK((*servers)[0].pickup == "P2");
  CHECK((*servers)[0].hop_limit == 9U);
  CHECK((*servers)[0].strips_dots == true);
  CHECK((*servers)[0].comment.empty());
  CHECK((*servers)[1].number == "10");
  CHECK((*servers)[1].queue == "Q10");
  CHECK((*servers)[1].hop_limit == 30U);
}

TEST_CASE("the service may stand after its servers") {
  const auto servers =
      parse(wrapped("<IIsSmtpServer Location=\"/LM/SmtpSvc/1\" PickupDirectory=\"P\"/>"
                    "<IIsSmtpService Location=\"/LM/SmtpSvc\" QueueDirectory=\"Q\"/>"));
  REQUIRE(servers);
  CHECK(servers->front().queue == "Q");
}

TEST_CASE("settings may stand in Custom elements, by name or by number; an attribute wins") {
  const auto servers =
      parse(wrapped("<IIsSmtpServer Location=\"/LM/SmtpSvc/1\" PickupDirectory=\"P\">"
                    "<Custom Name=\"UnknownName_36875\" ID=\"36875\" Value=\"Q\" Type=\"STRING\"/>"
                    "<Custom Name=\"BadMailDirectory\" Value='B'></Custom>"
                    "<Custom ID=\"36880\" Value=\"other\"/></IIsSmtpServer>"
                    "<Custom ID=\"36882\" Value=\"D\"/>"));
  REQUIRE(servers);
  CHECK(servers->front().queue == "Q");
  CHECK(servers->front().badmail == "B");
  CHECK(servers->front().pickup == "P");
  CHECK(servers->front().drop.empty());
}

TEST_CASE("a Custom element of what stands below a server is not the server's") {
  const auto servers =
      parse(wrapped("<IIsSmtpServer Location=\"/LM/SmtpSvc/1\" QueueDirectory=\"Q\"/>"
                    "<IIsSmtpDomain Location=\"/LM/SmtpSvc/1/Domain/1\" DropDirectory=\"no\">"
                    "<Custom ID=\"36882\" Value=\"no\"/></IIsSmtpDomain>"
                    "<IIsSmtpServer Location=\"/LM/SmtpSvcX1\" QueueDirectory=\"no\"/>"
                    "<IIsNntpServer Location=\"/LM/NntpSvc/1\" PickupDirectory=\"no\"/>"));
  REQUIRE(servers);
  REQUIRE(servers->size() == 1);
  CHECK(servers->front().drop.empty());
  CHECK(servers->front().pickup.empty());
}

TEST_CASE("UTF-8 with and without its mark and UTF-16 of either order say the same") {
  const auto text = server("QueueDirectory=\"E:\\Wärteschlange\\Queue\"");
  for (const auto& bytes : {text, "\xEF\xBB\xBF" + text, utf16(text, false), utf16(text, true),
                            utf16(text, false).substr(2), utf16(text, true).substr(2)}) {
    const auto servers = parse(bytes);
    REQUIRE(servers);
    CHECK(servers->front().queue == "E:\\Wärteschlange\\Queue");
  }
  CHECK(why("<a b=\"\xC4\"/>").find("UTF-8") != std::string::npos);
}

TEST_CASE("entities are decoded, and only those that XML itself knows") {
  const auto servers = parse(server("QueueDirectory=\"E:\\R&amp;D &lt;&#52;&#x32;&gt; &quot;&apos;&#x1F600;\""));
  REQUIRE(servers);
  CHECK(servers->front().queue == "E:\\R&D <42> \"'\xF0\x9F\x98\x80");
  for (const auto* const bad : {"&nbsp;", "&", "&#xD800;", "&#0;", "&#x110000;", "&#x;", "&#-1;"}) {
    CHECK(why(server("QueueDirectory=\"" + std::string(bad) + "\"")).find("entity") != std::string::npos);
  }
}

TEST_CASE("comments, CDATA and processing instructions are passed over") {
  const auto servers =
      parse(wrapped("<!-- <IIsSmtpServer Location=\"/LM/SmtpSvc/1\" QueueDirectory=\"old\"/> -->"
                    "<![CDATA[<IIsSmtpServer Location=\"/LM/SmtpSvc/3\"/>]]><?x <y ?>"));
  REQUIRE(servers);
  CHECK(servers->empty());
}

TEST_CASE("a value that is no number or flag counts as not said") {
  const auto servers = parse(server("HopCount=\"many\" SmtpDotStuffPickupDirFiles=\"perhaps\""));
  REQUIRE(servers);
  CHECK_FALSE(servers->front().hop_limit);
  CHECK_FALSE(servers->front().strips_dots);
}

TEST_CASE("a file that is cut short anywhere is refused") {
  const auto text = server("QueueDirectory=\"E:\\Queue\"");
  const auto end = text.rfind('>');
  for (std::size_t length = 0; length < end; ++length) CHECK_FALSE(parse(text.substr(0, length)));
  CHECK(parse(text.substr(0, end + 1)));
}

TEST_CASE("what is ambiguous or no metabase is refused with a reason") {
  const std::string one = "<IIsSmtpServer Location=\"/LM/SmtpSvc/1\"/>";
  CHECK(why(wrapped(one + one)).find("twice") != std::string::npos);
  CHECK(why(server("HopCount=\"1\" HopCount=\"2\"")).find("twice") != std::string::npos);
  CHECK(why("just words").find("no XML") != std::string::npos);
  CHECK(why("<!DOCTYPE a [<!ENTITY b \"c\">]><a/>").find("document type") != std::string::npos);
  CHECK(why("<a></b>").find("not begun") != std::string::npos);
  CHECK(why("<a b=c/>").find("quotes") != std::string::npos);
  CHECK(why("<a b/>").find("without a value") != std::string::npos);
  CHECK(why("<a\n\n<b/>").find("line 3") != std::string::npos);
  std::string deep;
  for (int i = 0; i < 100000; ++i) deep += "<a>";
  CHECK(why(deep).find("too deep") != std::string::npos);
}
