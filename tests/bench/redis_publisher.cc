#include "tests/bench/redis_publisher.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <initializer_list>

namespace sail::bench {
namespace {

[[noreturn]] void Fail(const std::string& sentence) {
  std::fprintf(stderr, "socket_load: %s\n", sentence.c_str());
  std::exit(1);
}

void AppendText(std::string_view text, std::string* out) {
  if (text.size() < 32) {
    out->push_back(static_cast<char>(0xa0 | text.size()));
  } else {
    out->push_back('\xda');
    out->push_back(static_cast<char>(text.size() >> 8));
    out->push_back(static_cast<char>(text.size()));
  }
  out->append(text);
}

std::string Command(std::initializer_list<std::string_view> parts) {
  std::string command = "*" + std::to_string(parts.size()) + "\r\n";
  for (std::string_view part : parts) {
    command += "$" + std::to_string(part.size()) + "\r\n";
    command.append(part).append("\r\n");
  }
  return command;
}

}  // namespace

std::string EmitterMessage(std::string_view room, std::string_view event, std::string_view text) {
  std::string message = "\x93";
  AppendText("emitter", &message);
  message += "\x83";
  AppendText("type", &message);
  message += "\x02";
  AppendText("data", &message);
  message += "\x92";
  AppendText(event, &message);
  AppendText(text, &message);
  AppendText("nsp", &message);
  AppendText("/", &message);
  message += "\x83";
  AppendText("rooms", &message);
  message += "\x91";
  AppendText(room, &message);
  AppendText("flags", &message);
  message += "\x80";
  AppendText("except", &message);
  message += "\x90";
  return message;
}

std::string RoomChannel(std::string_view prefix, std::string_view room) {
  return std::string(prefix) + "#/#" + std::string(room) + "#";
}

RedisPublisher::RedisPublisher(const std::string& url) {
  constexpr std::string_view kScheme = "redis://";
  if (url.rfind(kScheme, 0) != 0) Fail("the address of Redis must begin with redis://");
  std::string rest = url.substr(kScheme.size());
  std::string credentials;
  if (size_t at = rest.rfind('@'); at != std::string::npos) {
    credentials = rest.substr(0, at);
    rest = rest.substr(at + 1);
  }
  size_t colon = rest.find(':');
  if (colon == std::string::npos) Fail("the address of Redis has no port");
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(std::atoi(rest.c_str() + colon + 1)));
  if (inet_pton(AF_INET, rest.substr(0, colon).c_str(), &address.sin_addr) != 1) {
    Fail("the host of Redis must be an IPv4 address");
  }
  descriptor_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connect(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
    Fail("cannot connect to Redis");
  }
  int on = 1;
  setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  if (!credentials.empty()) {
    size_t split = credentials.find(':');
    Send(Command({"AUTH", credentials.substr(0, split), credentials.substr(split + 1)}));
    char answer[64] = {};
    if (recv(descriptor_, answer, sizeof(answer) - 1, 0) <= 0 || answer[0] != '+') {
      Fail(std::string("Redis refused the password: ") + answer);
    }
  }
}

RedisPublisher::~RedisPublisher() { close(descriptor_); }

void RedisPublisher::Publish(std::string_view channel, std::string_view message) {
  Send(Command({"PUBLISH", channel, message}));
}

void RedisPublisher::DiscardAnswers() {
  char answers[4096];
  ssize_t count;
  while ((count = recv(descriptor_, answers, sizeof(answers), MSG_DONTWAIT)) > 0) {
    if (answers[0] == '-') Fail("Redis refused to publish: " + std::string(answers, count));
  }
  if (count == 0) Fail("Redis closed the connection");
}

void RedisPublisher::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t count = send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count < 0 && errno != EINTR) Fail("cannot write to Redis");
    if (count > 0) bytes.remove_prefix(static_cast<size_t>(count));
  }
}

}  // namespace sail::bench
