// An SMTP server on a loopback port that does as a test says, and keeps what it took in. It shares no code with
// requeue.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace requeue::tests {

struct Taken {
  std::string sender;   // as in MAIL FROM:<...>
  std::string options;  // behind it
  std::vector<std::string> recipients;
  std::string data;  // dots taken away again
};

class SmtpServer {
 public:
  SmtpServer();
  ~SmtpServer();
  SmtpServer(const SmtpServer&) = delete;
  SmtpServer& operator=(const SmtpServer&) = delete;

  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  // Whatever has had its end (the dot), answered or not: mail that may be delivered.
  [[nodiscard]] std::vector<Taken> taken() const;
  [[nodiscard]] int connections() const { return connections_; }
  void forget();

  // The answer to a command that begins with `command`, in place of a yes. "" closes the connection without one.
  // ".": the answer to the end of a message; "BODY": "" closes at the first byte of it.
  void answer(const std::string& command, const std::string& with);
  // Closes after so many messages without saying anything.
  void close_after(int messages) { close_after_ = messages; }
  // Takes the next message in, and says nothing of it until the other side closes.
  void fall_silent() { silent_ = true; }
  // Says nothing to a command that begins so, until the other side closes.
  void say_nothing_to(const std::string& command) { answer(command, nothing); }
  [[nodiscard]] bool says_nothing() const { return mute_; }
  void behave();  // as at first
  void offer(const std::string& capabilities) { capabilities_ = capabilities; }

 private:
  inline static const std::string nothing = "(nothing)";
  void serve();
  void talk(int socket);
  bool take_message(int socket, Taken letter, std::string& buffer);
  std::string said_to(const std::string& command) const;

  int listening_ = -1;
  int port_ = 0;
  std::atomic<bool> stop_{false};
  std::atomic<int> connections_{0};
  std::atomic<bool> silent_{false};
  std::atomic<bool> mute_{false};
  std::atomic<int> close_after_{1 << 30};
  mutable std::mutex mutex_;
  std::vector<Taken> taken_;
  std::map<std::string, std::string> answers_;
  std::string capabilities_ = "250-SIZE 0\r\n250 8BITMIME\r\n";
  std::thread thread_;
};

}  // namespace requeue::tests
