#include "support/smtp_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

namespace requeue::tests {
namespace {

const std::string hang_up = "hang up";

bool say(int socket, const std::string& text) {
  return ::send(socket, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
}

// One more piece into `buffer`; false when the other side closed, or the server is to stop.
bool hear(int socket, std::string& buffer, const std::atomic<bool>& stop) {
  std::array<char, 65536> piece{};
  for (;;) {
    pollfd one{socket, POLLIN, 0};
    const int ready = ::poll(&one, 1, 50);
    if (stop) return false;
    if (ready <= 0) continue;
    const auto got = ::recv(socket, piece.data(), piece.size(), 0);
    if (got <= 0) return false;
    buffer.append(piece.data(), static_cast<std::size_t>(got));
    return true;
  }
}

bool hear_line(int socket, std::string& buffer, std::string& line, const std::atomic<bool>& stop) {
  std::size_t end = 0;
  while ((end = buffer.find("\r\n")) == std::string::npos) {
    if (!hear(socket, buffer, stop)) return false;
  }
  line = buffer.substr(0, end);
  buffer.erase(0, end + 2);
  return true;
}

std::string between(const std::string& text, char open, char close) {
  const auto begin = text.find(open);
  const auto end = text.find(close, begin);
  return begin == std::string::npos || end == std::string::npos ? std::string()
                                                                : text.substr(begin + 1, end - begin - 1);
}

}  // namespace

SmtpServer::SmtpServer() {
  listening_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* const plain = reinterpret_cast<sockaddr*>(&address);
  socklen_t size = sizeof address;
  if (::bind(listening_, plain, size) != 0 || ::listen(listening_, 8) != 0 ||
      ::getsockname(listening_, plain, &size) != 0) {
    throw std::runtime_error("no loopback port for the SMTP stand-in");
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { serve(); });
}

SmtpServer::~SmtpServer() {
  stop_ = true;
  thread_.join();
  ::close(listening_);
}

std::vector<Taken> SmtpServer::taken() const {
  const std::lock_guard lock(mutex_);
  return taken_;
}

void SmtpServer::forget() {
  const std::lock_guard lock(mutex_);
  taken_.clear();
}

void SmtpServer::answer(const std::string& command, const std::string& with) {
  const std::lock_guard lock(mutex_);
  answers_[command] = with.empty() ? hang_up : with + "\r\n";
}

void SmtpServer::behave() {
  const std::lock_guard lock(mutex_);
  answers_.clear();
  silent_ = false;
  close_after_ = 1 << 30;
}

std::string SmtpServer::said_to(const std::string& command) const {
  const std::lock_guard lock(mutex_);
  for (const auto& [begin, with] : answers_) {
    if (command.rfind(begin, 0) == 0) return with;
  }
  return {};
}

void SmtpServer::serve() {
  while (!stop_) {
    pollfd one{listening_, POLLIN, 0};
    if (::poll(&one, 1, 50) <= 0) continue;
    const int socket = ::accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) continue;
    ++connections_;
    talk(socket);
    ::close(socket);
  }
}

void SmtpServer::talk(int socket) {
  std::string buffer, line;
  Taken letter;
  int messages = 0;
  if (!say(socket, "220 stand-in\r\n")) return;
  while (hear_line(socket, buffer, line, stop_)) {
    const auto special = said_to(line);
    if (special == hang_up) return;
    if (special == nothing + "\r\n") {
      mute_ = true;
      hear(socket, buffer, stop_);
      return;
    }
    if (!special.empty()) {
      if (!say(socket, special)) return;
      continue;
    }
    const auto verb = line.substr(0, 4);
    if (verb == "MAIL") {
      letter = {between(line, '<', '>'), line.substr(line.find('>') + 1), {}, {}};
    } else if (verb == "RCPT") {
      letter.recipients.push_back(between(line, '<', '>'));
    } else if (verb == "DATA") {
      if (!say(socket, "354 go on\r\n") || !take_message(socket, letter, buffer)) return;
      if (++messages >= close_after_) return;
      continue;
    } else if (verb == "QUIT") {
      say(socket, "221 bye\r\n");
      return;
    }
    if (!say(socket, verb == "EHLO" ? "250-stand-in\r\n" + capabilities_ : "250 yes\r\n")) return;
  }
}

bool SmtpServer::take_message(int socket, Taken letter, std::string& buffer) {
  if (said_to("BODY") == hang_up) {
    hear(socket, buffer, stop_);
    return false;
  }
  std::string line;
  for (;;) {
    if (!hear_line(socket, buffer, line, stop_)) return false;
    if (line == ".") break;
    letter.data += (line.rfind('.', 0) == 0 ? line.substr(1) : line) + "\r\n";
  }
  const auto special = said_to(".");
  // What was refused is not delivered; what was not answered may be.
  if (special.empty() || special == hang_up || special[0] == '2') {
    const std::lock_guard lock(mutex_);
    taken_.push_back(std::move(letter));
  }
  if (silent_) hear(socket, buffer, stop_);
  if (silent_ || special == hang_up) return false;
  return say(socket, special.empty() ? "250 2.0.0 taken as 4711\r\n" : special);
}

}  // namespace requeue::tests
