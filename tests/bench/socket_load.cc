// The load of `sail bench broadcast`: N Socket.IO clients in one room on a server, and a publisher on the
// Redis that the server shares. A closed loop keeps `--window` messages in flight: the next leaves when as
// many were delivered to all. Prints one JSON line. One thread; README.md in this folder says how to read the
// figures.
//
// socket_load --server 127.0.0.1:1337 --room ROOM --join '["join","ROOM"]'   and REDIS_URL in the
// environment. The other options and their defaults are in Main.
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "tests/bench/load_client.h"
#include "tests/bench/redis_publisher.h"
#include "tests/bench/samples.h"

namespace sail::bench {
namespace {

constexpr double kJoinSeconds = 30;
constexpr double kDrainSeconds = 2;
constexpr int kStampDigits = 19;

using Options = std::map<std::string, std::string>;

uint64_t NowNanoseconds() {
  auto since = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(since).count());
}

double Now() { return static_cast<double>(NowNanoseconds()) / 1e9; }

[[noreturn]] void Fail(const std::string& sentence) {
  std::fprintf(stderr, "socket_load: %s\n", sentence.c_str());
  std::exit(1);
}

// User and system time of a process so far.
double CpuSeconds(const std::string& pid) {
  std::ifstream file("/proc/" + pid + "/stat");
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  size_t after_name = text.rfind(')');
  if (after_name == std::string::npos) Fail("there is no process " + pid);
  std::istringstream fields(text.substr(after_name + 1));
  std::string field;
  for (int skipped = 0; skipped < 11; ++skipped) fields >> field;
  double user = 0, system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

std::vector<double> CpuOfAll(const std::vector<std::string>& pids) {
  std::vector<double> seconds;
  for (const std::string& pid : pids) seconds.push_back(CpuSeconds(pid));
  return seconds;
}

class Load {
 public:
  Load(const Options& options, const char* redis_url);
  void JoinAll();
  void RunFor(double seconds);
  void Drain();
  void Report(double seconds, const std::vector<double>& cpu_before, const std::vector<double>& cpu_after);

  void StartMeasuring() {
    measuring_ = true;
    published_before_ = published_;
  }
  const std::vector<std::string>& pids() const { return pids_; }

 private:
  bool WaitOnce(int milliseconds);
  void Publish();
  void Delivered(std::string_view packet);
  size_t CountIn(LoadClient::State state) const;

  Target target_;
  std::string room_, event_, channel_;
  size_t window_, size_;
  std::vector<std::string> pids_;
  RedisPublisher redis_;
  int epoll_ = -1;
  std::vector<std::unique_ptr<LoadClient>> clients_;
  uint64_t published_ = 0, delivered_ = 0, published_before_ = 0;
  bool measuring_ = false;
  double join_seconds_ = 0;
  Samples latency_;
};

Load::Load(const Options& options, const char* redis_url)
    : room_(options.at("room")),
      event_(options.at("event")),
      channel_(RoomChannel(options.at("prefix"), room_)),
      window_(std::stoul(options.at("window"))),
      size_(std::stoul(options.at("size"))),
      redis_(redis_url) {
  const std::string& server = options.at("server");
  size_t colon = server.rfind(':');
  if (colon == std::string::npos) Fail("--server must be host:port");
  target_ = {server.substr(0, colon), static_cast<uint16_t>(std::stoul(server.substr(colon + 1))),
             options.at("query"), options.at("origin"), options.at("join")};
  std::istringstream pids(options.at("pids"));
  for (std::string pid; std::getline(pids, pid, ',');) pids_.push_back(pid);
  clients_.resize(std::stoul(options.at("clients")));
  epoll_ = epoll_create1(EPOLL_CLOEXEC);
  epoll_event redis_event = {.events = EPOLLIN, .data = {.u64 = clients_.size()}};
  epoll_ctl(epoll_, EPOLL_CTL_ADD, redis_.descriptor(), &redis_event);
}

void Load::JoinAll() {
  double began = Now();
  for (size_t i = 0; i < clients_.size(); ++i) {
    clients_[i] = std::make_unique<LoadClient>(target_);
    epoll_event event = {.events = EPOLLIN, .data = {.u64 = i}};
    epoll_ctl(epoll_, EPOLL_CTL_ADD, clients_[i]->descriptor(), &event);
  }
  while (CountIn(LoadClient::State::kReady) < clients_.size()) {
    WaitOnce(100);
    if (CountIn(LoadClient::State::kClosed) > 0) Fail("the server refused or closed a connection");
    if (Now() - began > kJoinSeconds) Fail("not all clients are in the room in time");
  }
  join_seconds_ = Now() - began;
}

void Load::RunFor(double seconds) {
  double end = Now() + seconds;
  while (Now() < end) {
    while (published_ < delivered_ / clients_.size() + window_) Publish();
    WaitOnce(10);
  }
}

void Load::Drain() {
  measuring_ = false;
  double end = Now() + kDrainSeconds;
  while (delivered_ < published_ * clients_.size() && Now() < end) WaitOnce(10);
}

bool Load::WaitOnce(int milliseconds) {
  epoll_event events[256];
  int count = epoll_wait(epoll_, events, 256, milliseconds);
  for (int i = 0; i < count; ++i) {
    uint64_t which = events[i].data.u64;
    if (which == clients_.size()) {
      redis_.DiscardAnswers();
      continue;
    }
    LoadClient& client = *clients_[which];
    client.Read([this](std::string_view packet) { Delivered(packet); });
    if (client.state() == LoadClient::State::kClosed) {
      epoll_ctl(epoll_, EPOLL_CTL_DEL, client.descriptor(), nullptr);
    }
  }
  return count > 0;
}

void Load::Publish() {
  char stamp[32];
  int length = std::snprintf(stamp, sizeof(stamp), "%0*" PRIu64, kStampDigits, NowNanoseconds());
  std::string text(stamp, static_cast<size_t>(length));
  text.resize(std::max<size_t>(size_, kStampDigits), 'x');
  redis_.Publish(channel_, EmitterMessage(room_, event_, text));
  ++published_;
}

void Load::Delivered(std::string_view packet) {
  // 42["event","<digits>xxx"]: other events (a server may tell of connections) are not ours.
  size_t start = packet.find("\",\"");
  if (start == std::string_view::npos || packet.size() < start + 3 + kStampDigits) return;
  ++delivered_;
  if (!measuring_) return;
  uint64_t sent = std::strtoull(std::string(packet.substr(start + 3, kStampDigits)).c_str(), nullptr, 10);
  latency_.Add((NowNanoseconds() - sent) / 1000);
}

size_t Load::CountIn(LoadClient::State state) const {
  size_t count = 0;
  for (const auto& client : clients_) count += client != nullptr && client->state() == state;
  return count;
}

void Load::Report(double seconds, const std::vector<double>& before, const std::vector<double>& after) {
  uint64_t undelivered = published_ * clients_.size() - delivered_;
  std::printf(
      "{\"clients\":%zu,\"window\":%zu,\"delivered_s\":%.0f,\"published_s\":%.0f,\"delivered\":%" PRIu64
      ",\"p50_us\":%" PRIu64 ",\"p99_us\":%" PRIu64 ",\"undelivered\":%" PRIu64
      ",\"closed\":%zu,\"join_s\":%.3f,\"cpu_s\":[",
      clients_.size(), window_, static_cast<double>(latency_.count()) / seconds,
      static_cast<double>(published_ - published_before_) / seconds, latency_.count(),
      latency_.Percentile(0.5), latency_.Percentile(0.99), undelivered, CountIn(LoadClient::State::kClosed),
      join_seconds_);
  for (size_t i = 0; i < before.size(); ++i) std::printf("%s%.2f", i == 0 ? "" : ",", after[i] - before[i]);
  std::printf("]}\n");
}

int Main(int argc, char** argv) {
  Options options = {
      {"server", ""},   {"room", ""},   {"join", ""},       {"event", "msg"}, {"prefix", "socket.io"},
      {"query", ""},    {"origin", ""}, {"clients", "200"}, {"window", "4"},  {"warmup", "1"},
      {"seconds", "4"}, {"size", "64"}, {"pids", ""}};
  for (int i = 1; i + 1 < argc; i += 2) {
    std::string name = std::string(argv[i]).substr(std::string_view(argv[i]).find_first_not_of('-'));
    if (options.count(name) == 0) Fail("there is no option " + std::string(argv[i]));
    options[name] = argv[i + 1];
  }
  const char* redis_url = std::getenv("REDIS_URL");
  if (redis_url == nullptr) Fail("REDIS_URL is not set");
  Load load(options, redis_url);
  load.JoinAll();
  load.RunFor(std::stod(options["warmup"]));
  std::vector<double> before = CpuOfAll(load.pids());
  double began = Now();
  load.StartMeasuring();
  load.RunFor(std::stod(options["seconds"]));
  double seconds = Now() - began;
  std::vector<double> after = CpuOfAll(load.pids());
  load.Drain();
  load.Report(seconds, before, after);
  return 0;
}

}  // namespace
}  // namespace sail::bench

int main(int argc, char** argv) { return sail::bench::Main(argc, argv); }
