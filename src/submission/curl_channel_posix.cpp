// The wire by libcurl: name, TCP, STARTTLS with the certificate checked, EHLO and AUTH are its work
// (CURLOPT_CONNECT_ONLY). The transactions are ours (dialogue.cpp): libcurl's own sends no BODY=8BITMIME, and does not
// tell apart what must be told apart here, a message that was refused and one that nobody answered for.
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

#include "core/text.h"
#include "submission/channel.h"
#include "submission/curl_library_posix.h"

namespace requeue::submission {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr long connect_seconds = 30;
constexpr long greet_seconds = 120;  // connecting, TLS and AUTH together
constexpr seconds send_timeout{180};
constexpr milliseconds longest_silence{1000};  // before it is asked whether to wait on

struct Heard {
  std::string last;            // the server's newest line
  bool authenticated = false;  // 235 was seen
};

std::size_t hear(char* bytes, std::size_t size, std::size_t count, void* heard) {
  auto& into = *static_cast<Heard*>(heard);
  into.last = trim(std::string_view(bytes, size * count));
  into.authenticated = into.authenticated || into.last.starts_with("235");
  return size * count;
}

class CurlChannel final : public Channel {
 public:
  explicit CurlChannel(const CurlLibrary& library) : library_(library), curl_(library.easy_init()) {}
  CurlChannel(const CurlChannel&) = delete;
  CurlChannel& operator=(const CurlChannel&) = delete;
  ~CurlChannel() override {
    if (curl_ != nullptr) library_.easy_cleanup(curl_);
  }

  Result<void> open(const Server& server);
  Result<void> send(std::string_view bytes) override;
  Result<std::string> receive(seconds timeout) override;
  void drop() override;
  [[nodiscard]] std::string own_name() const override;

 private:
  void set(const Server& server);
  Result<void> wait(short events, seconds timeout) const;
  [[nodiscard]] std::string words(CURLcode code) const;

  const CurlLibrary& library_;
  CURL* curl_;
  curl_socket_t socket_ = CURL_SOCKET_BAD;
  Heard heard_;
  std::array<char, CURL_ERROR_SIZE> error_{};
};

void CurlChannel::set(const Server& server) {
  const auto option = [&](CURLoption name, auto value) { library_.easy_setopt(curl_, name, value); };
  const auto url = "smtp://" + to_string(server);
  option(CURLOPT_URL, url.c_str());
  option(CURLOPT_PROTOCOLS_STR, "smtp");
  option(CURLOPT_PROXY, "");  // whatever the environment says: mail goes where it was told
  option(CURLOPT_CONNECT_ONLY, 1L);
  option(CURLOPT_CONNECTTIMEOUT, connect_seconds);
  option(CURLOPT_TIMEOUT, greet_seconds);
  option(CURLOPT_ERRORBUFFER, error_.data());
  option(CURLOPT_HEADERFUNCTION, &hear);
  option(CURLOPT_HEADERDATA, &heard_);
  option(CURLOPT_TCP_KEEPALIVE, 1L);
  const bool secret = !server.user.empty();
  auto use = server.tls == Tls::required ? CURLUSESSL_ALL : CURLUSESSL_NONE;
  // Whoever sits between could leave STARTTLS out of the offer, and would be told the password.
  if (server.tls == Tls::if_offered) use = secret ? CURLUSESSL_ALL : CURLUSESSL_TRY;
  option(CURLOPT_USE_SSL, static_cast<long>(use));
  option(CURLOPT_SSL_VERIFYPEER, 1L);
  option(CURLOPT_SSL_VERIFYHOST, 2L);
  option(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!server.ca_file.empty()) option(CURLOPT_CAINFO, server.ca_file.c_str());
  if (!secret) return;
  option(CURLOPT_USERNAME, server.user.c_str());
  option(CURLOPT_PASSWORD, server.password.c_str());
}

std::string CurlChannel::words(CURLcode code) const {
  std::string text = error_.front() != '\0' ? error_.data() : library_.easy_strerror(code);
  if (!heard_.last.empty()) text += "; the server's last line: " + heard_.last;
  return printable(text);
}

Result<void> CurlChannel::open(const Server& server) {
  const auto refused = [&](std::string why, std::string hint) {
    return failure(Exit::precondition, "cannot use the SMTP server", to_string(server), std::move(why),
                   std::move(hint) + " Nothing was sent.");
  };
  if (curl_ == nullptr) return refused("libcurl cannot be used", "");
  if (server.tls == Tls::off && !server.user.empty() && !is_loopback(server.host)) {
    return refused("a password would cross the network for anybody to read", "Use --smtp-tls required.");
  }
  set(server);
  const auto code = library_.easy_perform(curl_);
  switch (code) {
    case CURLE_OK:
      break;
    case CURLE_USE_SSL_FAILED:
      return refused(words(code), "The server offers no STARTTLS, or it failed: --smtp-tls off sends in the clear.");
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
      return refused(words(code),
                     "Its certificate is not one to trust: give its authority with --smtp-ca FILE, and "
                     "the host by the name that the certificate has.");
    case CURLE_LOGIN_DENIED:
      return refused(words(code), "It does not take the user and the password of --smtp-auth.");
    default:
      return refused(words(code), "Look whether the host and the port are right, and the service runs there.");
  }
  if (!server.user.empty() && !heard_.authenticated) {
    return refused("the server offers no AUTH that is known here", "Without --smtp-auth nobody logs in.");
  }
  if (library_.easy_getinfo(curl_, CURLINFO_ACTIVESOCKET, &socket_) != CURLE_OK || socket_ == CURL_SOCKET_BAD) {
    return refused("the connection is gone again", "");
  }
  return {};
}

Result<void> CurlChannel::wait(short events, seconds timeout) const {
  pollfd one{socket_, events, 0};
  const auto end = steady_clock::now() + timeout;
  for (;;) {
    const auto left = std::chrono::ceil<milliseconds>(end - steady_clock::now());
    const auto slice = std::clamp(left, milliseconds(0), longest_silence);
    const auto ready = ::poll(&one, 1, static_cast<int>(slice.count()));
    if (ready > 0) return {};
    if (ready < 0 && errno != EINTR)
      return failure(Exit::failed, "the SMTP server does not answer", {}, std::generic_category().message(errno));
    if (left <= milliseconds(0)) {
      return failure(Exit::failed, "the SMTP server does not answer", {},
                     "nothing was heard for " + std::to_string(timeout.count()) + " s");
    }
    if (!goes_on(std::chrono::ceil<seconds>(left))) return wait_ended();
  }
}

Result<void> CurlChannel::send(std::string_view bytes) {
  while (!bytes.empty()) {
    std::size_t sent = 0;
    const auto code = library_.easy_send(curl_, bytes.data(), bytes.size(), &sent);
    if (code == CURLE_AGAIN) {
      REQUEUE_CHECK(wait(POLLOUT, send_timeout));
    } else if (code != CURLE_OK) {
      return failure(Exit::failed, "the connection to the SMTP server broke", {}, library_.easy_strerror(code));
    } else {
      bytes.remove_prefix(sent);
    }
  }
  return {};
}

Result<std::string> CurlChannel::receive(seconds timeout) {
  std::array<char, 4096> buffer{};
  for (;;) {
    std::size_t got = 0;
    const auto code = library_.easy_recv(curl_, buffer.data(), buffer.size(), &got);
    if (code == CURLE_AGAIN) {
      REQUEUE_CHECK(wait(POLLIN, timeout));
      continue;
    }
    if (code == CURLE_OK && got > 0) return std::string(buffer.data(), got);
    return failure(Exit::failed, "the connection to the SMTP server broke", {},
                   code == CURLE_OK ? "the server closed it" : library_.easy_strerror(code));
  }
}

void CurlChannel::drop() {
  if (socket_ != CURL_SOCKET_BAD) ::shutdown(socket_, SHUT_RDWR);
}

std::string CurlChannel::own_name() const {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) == 0 &&
      std::string_view(name.data()).find('.') != std::string::npos) {
    return name.data();
  }
  const char* address = nullptr;
  if (library_.easy_getinfo(curl_, CURLINFO_LOCAL_IP, &address) != CURLE_OK || address == nullptr) return "[127.0.0.1]";
  const std::string text(address);
  return text.find(':') == std::string::npos ? "[" + text + "]" : "[IPv6:" + text + "]";
}

}  // namespace

bool is_built_in() {
  return true;
}

Result<std::unique_ptr<Channel>> open_channel(const Server& server) {
  REQUEUE_TRY(const auto* const library, curl_library());
  auto channel = std::make_unique<CurlChannel>(*library);
  REQUEUE_CHECK(channel->open(server));
  return channel;
}

}  // namespace requeue::submission
