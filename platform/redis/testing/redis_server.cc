#include "platform/redis/testing/redis_server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

namespace sail::platform::redis::testing {
namespace {

sockaddr_in Loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(port));
  return address;
}

// Free at this moment; Start tries another one when somebody else was faster.
int FreePort() {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = Loopback(0);
  socklen_t size = sizeof address;
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    perror("no free port");
    abort();
  }
  close(fd);
  return ntohs(address.sin_port);
}

bool Answers(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = Loopback(port);
  char reply = 0;
  const bool answers = connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
                       write(fd, "PING\r\n", 6) == 6 && read(fd, &reply, 1) == 1 &&
                       (reply == '+' || reply == '-');
  close(fd);
  return answers;
}

}  // namespace

RedisServer::RedisServer(std::vector<std::string> options) : options_(std::move(options)) {
  char folder[] = "/tmp/redis_test.XXXXXX";
  if (mkdtemp(folder) == nullptr) {
    perror("mkdtemp");
    abort();
  }
  folder_ = folder;
  for (int attempt = 0; attempt < 5; ++attempt) {
    port_ = FreePort();
    if (TryStart()) return;
  }
  fprintf(stderr, "redis-server does not start; see %s/log\n", folder_.c_str());
  abort();
}

RedisServer::~RedisServer() {
  Stop();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

RedisUrl RedisServer::url() const {
  RedisUrl url;
  url.host = "127.0.0.1";
  url.port = port_;
  return url;
}

RedisUrl RedisServer::unix_url() const {
  RedisUrl url;
  url.transport = Transport::kUnix;
  url.path = folder_ + "/redis.sock";
  return url;
}

void RedisServer::Stop() {
  if (pid_ < 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

void RedisServer::Start() {
  for (int attempt = 0; attempt < 50; ++attempt) {
    if (TryStart()) return;
  }
  fprintf(stderr, "redis-server does not start again on port %d\n", port_);
  abort();
}

void RedisServer::Freeze() { kill(pid_, SIGSTOP); }

void RedisServer::Thaw() { kill(pid_, SIGCONT); }

bool RedisServer::TryStart() {
  const std::string socket = folder_ + "/redis.sock";
  unlink(socket.c_str());
  std::vector<std::string> args = {"redis-server", "--port",    std::to_string(port_),
                                   "--bind",       "127.0.0.1", "--unixsocket",
                                   socket,         "--dir",     folder_,
                                   "--save",       "",          "--appendonly",
                                   "no",           "--logfile", folder_ + "/log"};
  args.insert(args.end(), options_.begin(), options_.end());
  std::vector<char*> argv;
  for (std::string& arg : args) argv.push_back(arg.data());
  argv.push_back(nullptr);

  pid_ = fork();
  if (pid_ == 0) {
    execvp(argv[0], argv.data());
    _exit(127);
  }
  while (true) {
    int status = 0;
    if (waitpid(pid_, &status, WNOHANG) == pid_) {
      pid_ = -1;
      return false;
    }
    if (Answers(port_)) return true;
    usleep(5000);
  }
}

}  // namespace sail::platform::redis::testing
