#ifndef SAIL_TESTS_BENCH_REDIS_PUBLISHER_H_
#define SAIL_TESTS_BENCH_REDIS_PUBLISHER_H_

#include <string>
#include <string_view>

namespace sail::bench {

// The message by which a program outside of a cluster publishes an event with one text argument to a room of
// the namespace "/": MessagePack ["emitter", {type: 2, data: [event, text], nsp: "/"}, {rooms: [room], flags:
// {}, except: []}], as the Socket.IO Redis emitter sends it. Texts of up to 65535 bytes.
std::string EmitterMessage(std::string_view room, std::string_view event, std::string_view text);

// The Redis channel on which the classic adapter carries messages to one room of "/". Clusters that share a
// Redis have different prefixes; "socket.io" is the usual one.
std::string RoomChannel(std::string_view prefix, std::string_view room);

// A blocking connection that only publishes. Not thread-safe. Every failure ends the program with a sentence:
// a load generator that cannot publish has nothing to report.
class RedisPublisher {
 public:
  // redis://[user:password@]host:port[/db]
  explicit RedisPublisher(const std::string& url);
  ~RedisPublisher();
  RedisPublisher(const RedisPublisher&) = delete;
  RedisPublisher& operator=(const RedisPublisher&) = delete;

  // Does not wait for the answer.
  void Publish(std::string_view channel, std::string_view message);

  // The socket, readable when answers are there, and a way to be rid of them.
  int descriptor() const { return descriptor_; }
  void DiscardAnswers();

 private:
  void Send(std::string_view bytes);

  int descriptor_ = -1;
};

}  // namespace sail::bench

#endif  // SAIL_TESTS_BENCH_REDIS_PUBLISHER_H_
