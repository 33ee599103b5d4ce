// The Redis channels of the classic Socket.IO adapter, for one key prefix P (usually "socket.io").
#ifndef SAIL_PUBSUB_CHANNEL_NAMES_H_
#define SAIL_PUBSUB_CHANNEL_NAMES_H_

#include <string>
#include <string_view>
#include <utility>

namespace sail::pubsub {

class ChannelNames {
 public:
  explicit ChannelNames(std::string prefix) : prefix_(std::move(prefix)) {}

  // P#N# : broadcasts to all sockets of namespace N, and to several rooms.
  std::string All(std::string_view ns) const { return Join("#", ns, "#"); }
  // P#N#room# : broadcasts to one room.
  std::string Room(std::string_view ns, std::string_view room) const {
    return All(ns) + std::string(room) + "#";
  }
  // P-request#N# and P-response#N# : what nodes ask each other.
  std::string Request(std::string_view ns) const { return Join("-request#", ns, "#"); }
  std::string Response(std::string_view ns) const { return Join("-response#", ns, "#"); }
  // P-response#N#UID# : answers for one node.
  std::string ResponseTo(std::string_view ns, std::string_view uid) const {
    return Response(ns) + std::string(uid) + "#";
  }
  // Between replicas of this service: P-sail#N# to all that have gateways in N, P-sail-answer#UID# to one.
  std::string Peers(std::string_view ns) const { return Join("-sail#", ns, "#"); }
  std::string PeerAnswers(std::string_view uid) const { return Join("-sail-answer#", uid, "#"); }
  // Sails' admin bus: P#sails#, but the bare P where a prefix other than the default is configured.
  std::string Admin() const { return prefix_ == kDefaultPrefix ? prefix_ + "#sails#" : prefix_; }

  // Keys, not channels: the head of the history, the stream of what goes to a room (All or Room), a session's
  // record.
  std::string HistoryHead() const { return prefix_ + ":history"; }
  std::string History(std::string_view room_channel) const {
    return HistoryHead() + ":" + std::string(room_channel);
  }
  std::string Session(std::string_view pid) const { return prefix_ + ":recovery:" + std::string(pid); }
  // Where one replica of ours marks positions for itself.
  std::string Marks(std::string_view uid) const { return Join("-sail#", uid, "#"); }

  static constexpr char kDefaultPrefix[] = "socket.io";

 private:
  std::string Join(std::string_view kind, std::string_view ns, std::string_view end) const {
    return prefix_ + std::string(kind) + std::string(ns) + std::string(end);
  }

  const std::string prefix_;
};

}  // namespace sail::pubsub

#endif  // SAIL_PUBSUB_CHANNEL_NAMES_H_
