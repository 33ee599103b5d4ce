#include "gateway/http/test_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <thread>
#include <utility>

#include "gateway/http/ascii.h"

namespace sail::gateway {
namespace {

constexpr std::chrono::milliseconds kPatience(10000);

}  // namespace

TestClient::TestClient(int port) : TestClient(Unconnected()) { ConnectTo(port); }

TestClient TestClient::Unconnected() {
  TestClient client;
  client.fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  return client;
}

bool TestClient::ConnectTo(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0) return true;
  Close();
  return false;
}

TestClient::~TestClient() { Close(); }

TestClient::TestClient(TestClient&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), buffer_(std::move(other.buffer_)) {}

bool TestClient::CanConnect(int port) { return Unconnected().ConnectTo(port); }

void TestClient::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
}

bool TestClient::Fill(std::chrono::milliseconds time) {
  pollfd wait{.fd = fd_, .events = POLLIN, .revents = 0};
  if (::poll(&wait, 1, static_cast<int>(time.count())) != 1) return false;
  char bytes[64 * 1024];
  const ssize_t size = ::recv(fd_, bytes, sizeof(bytes), 0);
  if (size <= 0) return false;
  buffer_.append(bytes, static_cast<size_t>(size));
  return true;
}

TestResponse TestClient::ReadResponse(bool head_request) {
  TestResponse response;
  size_t end = 0;
  while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
    if (!Fill(kPatience)) return response;
  }
  std::string_view head = std::string_view(buffer_).substr(0, end + 2);
  response.status = std::atoi(buffer_.c_str() + 9);
  head.remove_prefix(head.find("\r\n") + 2);
  while (!head.empty()) {
    const std::string_view line = head.substr(0, head.find("\r\n"));
    const size_t colon = line.find(':');
    response.headers[AsciiLowered(line.substr(0, colon))] = std::string(TrimSpace(line.substr(colon + 1)));
    head.remove_prefix(line.size() + 2);
  }
  buffer_.erase(0, end + 4);
  const auto length = response.headers.find("content-length");
  if (head_request || length == response.headers.end()) return response;
  response.body = ReadExactly(static_cast<size_t>(std::atoll(length->second.c_str())));
  return response;
}

std::string TestClient::ReadExactly(size_t size) {
  while (buffer_.size() < size && Fill(kPatience)) {
  }
  std::string bytes = buffer_.substr(0, size);
  buffer_.erase(0, size);
  return bytes;
}

std::string TestClient::ReadToEnd() {
  while (Fill(kPatience)) {
  }
  return std::exchange(buffer_, "");
}

std::string TestClient::ReadFor(std::chrono::milliseconds time) {
  Fill(time);
  return std::exchange(buffer_, "");
}

void TestClient::Close() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

bool WaitFor(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

}  // namespace sail::gateway
