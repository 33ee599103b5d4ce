#ifndef SAIL_GATEWAY_HTTP_TEST_CLIENT_H_
#define SAIL_GATEWAY_HTTP_TEST_CLIENT_H_

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace sail::gateway {

struct TestResponse {
  int status = 0;
  std::map<std::string, std::string> headers;  // names in lower case; the last of several
  std::string body;
};

// A blocking client of 127.0.0.1 for tests that sends bytes as they are. Nothing waits longer than ten
// seconds: a response that does not come has the status 0.
class TestClient {
 public:
  explicit TestClient(int port);
  ~TestClient();
  TestClient(TestClient&& other) noexcept;
  TestClient& operator=(TestClient&&) = delete;

  // A socket that is still to be connected.
  static TestClient Unconnected();
  bool ConnectTo(int port);

  static bool CanConnect(int port);

  // All of it, or as much as the server takes before it closes.
  void Send(std::string_view bytes);
  TestResponse ReadResponse(bool head_request = false);
  std::string ReadExactly(size_t size);
  // Until the server closes its side.
  std::string ReadToEnd();
  // Whatever arrives within this time.
  std::string ReadFor(std::chrono::milliseconds time);
  void Close();

 private:
  TestClient() = default;
  bool Fill(std::chrono::milliseconds time);

  int fd_ = -1;
  std::string buffer_;
};

// Polls until the condition holds; false after ten seconds.
bool WaitFor(const std::function<bool()>& condition);

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_HTTP_TEST_CLIENT_H_
