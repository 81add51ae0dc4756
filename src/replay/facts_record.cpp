// The record of one message in the cache: numbers as 8 bytes, lowest first; texts and lists behind their length.
#include <algorithm>

#include "replay/message_facts.h"

namespace requeue::replay {
namespace {

class Packing {
 public:
  void add(std::uint64_t number) {
    for (unsigned shift = 0; shift < 64; shift += 8) bytes_ += static_cast<char>((number >> shift) & 0xFFU);
  }
  void add(std::int64_t number) { add(static_cast<std::uint64_t>(number)); }
  void add(unsigned number) { add(std::uint64_t{number}); }
  void add(int number) { add(static_cast<std::uint64_t>(static_cast<std::int64_t>(number))); }
  void add(bool flag) { bytes_ += flag ? '\1' : '\0'; }
  void add(const std::string& text) {
    add(std::uint64_t{text.size()});
    bytes_ += text;
  }
  template <std::size_t Size>
  void add(const std::array<unsigned char, Size>& digest) {
    bytes_.append(digest.begin(), digest.end());
  }
  void add(mail::EnvelopeSource source) { bytes_ += static_cast<char>(source); }
  void add(const Timestamp& time) {
    add(time.seconds);
    add(time.nanoseconds);
  }
  void add(const mail::Envelope& envelope) {
    add(envelope.sender);
    add(envelope.null_sender);
    add(envelope.sender_known);
    add(envelope.recipients);
    add(envelope.source);
  }
  template <class Value>
  void add(const std::vector<Value>& list) {
    add(std::uint64_t{list.size()});
    for (const auto& value : list) add(value);
  }
  template <class Value>
  void add(const std::optional<Value>& value) {
    add(value.has_value());
    if (value) add(*value);
  }
  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

class Unpacking {
 public:
  explicit Unpacking(std::string_view bytes) : bytes_(bytes) {}

  void add(std::uint64_t& number) {
    const auto raw = next(8);
    number = 0;
    for (std::size_t i = 0; i < raw.size(); ++i) {
      number |= static_cast<std::uint64_t>(static_cast<unsigned char>(raw[i])) << (8 * i);
    }
  }
  template <class Number>
  void add_number(Number& number) {
    std::uint64_t wide = 0;
    add(wide);
    number = static_cast<Number>(wide);
    ok_ = ok_ && static_cast<std::uint64_t>(static_cast<std::int64_t>(number)) == wide;
  }
  void add(std::int64_t& number) { add_number(number); }
  void add(unsigned& number) { add_number(number); }
  void add(int& number) { add_number(number); }
  void add(bool& flag) {
    const auto raw = next(1);
    flag = raw == std::string_view("\1", 1);
    ok_ = ok_ && (flag || raw == std::string_view("\0", 1));
  }
  void add(std::string& text) {
    std::uint64_t size = 0;
    add(size);
    text = next(size);
  }
  template <std::size_t Size>
  void add(std::array<unsigned char, Size>& digest) {
    const auto raw = next(Size);
    std::copy(raw.begin(), raw.end(), digest.begin());
  }
  void add(mail::EnvelopeSource& source) {
    const auto raw = next(1);
    const auto number = raw.empty() ? 0U : static_cast<unsigned char>(raw.front());
    ok_ = ok_ && number <= static_cast<unsigned>(mail::EnvelopeSource::headers);
    source = ok_ ? static_cast<mail::EnvelopeSource>(number) : mail::EnvelopeSource::none;
  }
  void add(Timestamp& time) {
    add(time.seconds);
    add(time.nanoseconds);
  }
  void add(mail::Envelope& envelope) {
    add(envelope.sender);
    add(envelope.null_sender);
    add(envelope.sender_known);
    add(envelope.recipients);
    add(envelope.source);
  }
  template <class Value>
  void add(std::vector<Value>& list) {
    std::uint64_t count = 0;
    add(count);
    // Each takes a byte at least: a count beyond that is no reason to ask for memory.
    ok_ = ok_ && count <= bytes_.size();
    for (std::uint64_t i = 0; ok_ && i < count; ++i) add(list.emplace_back());
  }
  template <class Value>
  void add(std::optional<Value>& value) {
    bool there = false;
    add(there);
    if (there) add(value.emplace());
  }
  [[nodiscard]] bool whole() const { return ok_ && bytes_.empty(); }

 private:
  std::string_view next(std::uint64_t size) {
    ok_ = ok_ && size <= bytes_.size();
    if (!ok_) return {};
    const auto found = bytes_.substr(0, static_cast<std::size_t>(size));
    bytes_.remove_prefix(found.size());
    return found;
  }

  std::string_view bytes_;
  bool ok_ = true;
};

// One list of the fields for both ways.
template <class Way, class Known>
void go_through(Way& way, Known& known) {
  way.add(known.is_header);
  way.add(known.header);
  way.add(known.content);
  way.add(known.only_in_streams);
  auto& facts = known.facts;
  way.add(facts.is_message);
  way.add(facts.message_id);
  way.add(facts.date);
  way.add(facts.subject);
  way.add(facts.from);
  way.add(facts.from_addresses);
  way.add(facts.x_headers);
  way.add(facts.headers);
  way.add(facts.used_resent);
  way.add(facts.null_return_path);
  way.add(facts.differing_return_paths);
  way.add(facts.recipient_without_domain);
  way.add(facts.bounce_report);
  way.add(facts.list_mail);
  way.add(facts.received_count);
  way.add(facts.arrival_filetime);
  way.add(facts.top_received);
  way.add(facts.header_size);
}

}  // namespace

std::string to_record(const MessageFacts& known) {
  Packing packing;
  go_through(packing, known);
  return packing.take();
}

std::optional<MessageFacts> from_record(std::string_view record) {
  MessageFacts known;
  Unpacking unpacking(record);
  go_through(unpacking, known);
  if (!unpacking.whole()) return std::nullopt;
  return known;
}

}  // namespace requeue::replay
