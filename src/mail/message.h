// What is read of a message: its header block, and the facts that the replay rules ask for. A message's own bytes never
// pass through a parser and back: facts are read from a sanitised copy (see header_block.cpp and
// docs/mail-in-the-wild.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "core/time.h"

namespace requeue::mail {

// One header field as it stands, unfolded for reading: `name` as written, `value` trimmed, bytes kept.
struct Field {
  std::string name;
  std::string value;
};

// Where the header block ends in the raw bytes and how its lines end.
struct HeaderBlock {
  std::string raw;            // from the first byte, with the blank line that ends it, if there is one
  bool complete = false;      // a blank line (or the end of the file) ended it within the limit
  bool is_header = false;     // begins with `name:`, perhaps after a BOM or an mbox "From " line
  std::vector<Field> fields;  // in order, by mimetic on the sanitised copy
};

// Reads no more of `source` than the header block needs, plus one buffer. At most `limit` bytes are kept.
// `rest` receives what was read past the block, so that the caller can go on with the body.
Result<HeaderBlock> read_header_block(ByteReader& source, std::string* rest, std::uint64_t limit = 64ULL << 20U);
HeaderBlock parse_header_block(std::string_view bytes);

// The addresses of one field value (or of several, joined), as bare addresses in the order written, none twice
// (compared ASCII-caselessly). Groups, quoted commas, comments, routes, encoded words; internationalised addresses are
// bytes. A name without a domain ("root") stays as it stands. Checked against truth.jsonl; own tokenizer.
std::vector<std::string> addresses_of(std::string_view field_value);
// Same address: equal, ASCII case ignored.
bool same_address(std::string_view a, std::string_view b);
// No control character, no blank, comma or semicolon outside quotes, no angle bracket, not empty, at most 998 bytes;
// local@domain or a name.
bool is_writable_address(std::string_view address);
// The same, as a person writes one: outside quotes no character that RFC 5321 keeps out of atoms, but for a domain
// literal. Stricter than what mails hold and the service takes: in a cell of a spreadsheet it is a slip.
bool is_plain_address(std::string_view address);
std::string domain_of(std::string_view address);  // lower case; empty when it has none

enum class EnvelopeSource { none, override_, x_headers, log, headers };
std::string_view to_string(EnvelopeSource source);  // "override", "x-headers", "log", "headers", ""

struct Envelope {
  std::string sender;  // bare; empty with null_sender for <>
  bool null_sender = false;
  bool sender_known = false;
  std::vector<std::string> recipients;  // bare, in order, none twice
  EnvelopeSource source = EnvelopeSource::none;
};

enum class ArrivalSource { original_arrival_time, received, file_time };

// The facts of one message. All strings are raw bytes of the mail (not yet safe to show).
struct Facts {
  bool is_message = false;  // not empty, has a header block
  std::string message_id;   // value of the first Message-ID, trimmed
  std::string date;         // value of Date
  std::string subject;
  std::string from;                         // value of From
  std::vector<std::string> from_addresses;  // of the mailboxes in From; none: counts as no From
  Envelope x_headers;                       // leading x-sender/x-receiver; source none when there is no x-receiver
  Envelope headers;                         // from Resent-*, To, Cc, Bcc; Return-Path, Sender, From
  bool used_resent = false;
  bool null_return_path = false;          // Return-Path: <> (the one in force)
  bool differing_return_paths = false;    // several that differ: ignored and noted
  bool recipient_without_domain = false;  // "To: root": written as it stands, noted
  bool bounce_report = false;             // multipart/report of delivery-status or disposition-notification
  bool list_mail = false;                 // List-Id, List-Post, Mailing-List, X-Mailing-List or Delivered-To
  unsigned received_count = 0;
  std::optional<std::uint64_t> arrival_filetime;  // of the last X-OriginalArrivalTime
  std::optional<Timestamp> top_received;          // date of the first Received
  std::uint64_t header_size = 0;
};

Facts facts_of(const HeaderBlock& block);

// RFC 5322 date, with the liberties real mail takes; nullopt when it is none.
std::optional<Timestamp> parse_date(std::string_view value);

}  // namespace requeue::mail
