// Which links want what is published in which rooms, and so which Redis channels are wanted.
#ifndef SAIL_PUBSUB_INTEREST_H_
#define SAIL_PUBSUB_INTEREST_H_

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/time/time.h"
#include "services/pubsub/channel_names.h"
#include "services/pubsub/history.h"

namespace sail::pubsub {

using LinkId = uint64_t;

// A channel that is to be subscribed, or whose confirmation is still awaited. The generation tells this
// wanting of the channel from an earlier one.
struct WantedChannel {
  std::string name;
  uint64_t generation = 0;
};

// A room has a set of links. While any room of a namespace has one, the namespace's own channels (all,
// requests, our peers' questions, in "/" also Sails' admin bus) are wanted; while a room has one, so is the
// room's channel. Room "" stands for all sockets of the namespace. Not thread-safe.
class Interest {
 public:
  enum class Kind { kAll, kRoom, kRequest, kPeers, kAdmin };
  struct Channel {
    Kind kind = Kind::kAll;
    std::string ns;
    int references = 0;
    uint64_t generation = 0;
    bool confirmed = false;
  };

  explicit Interest(ChannelNames names) : names_(std::move(names)) {}

  // Adding twice is as adding once. Appends the channels that are not confirmed yet.
  void Add(LinkId link, const std::string& ns, const std::string& room,
           std::vector<WantedChannel>* subscribe);
  // Interest that ends at the given time unless Add claims it; times must not decrease from call to call.
  // Nothing changes where the link has interest already.
  void AddProvisional(LinkId link, const std::string& ns, const std::string& room, absl::Time until,
                      std::vector<WantedChannel>* subscribe);
  // These append the channels that nobody wants any more.
  void Remove(LinkId link, const std::string& ns, const std::string& room,
              std::vector<std::string>* unsubscribe);
  void RemoveLink(LinkId link, std::vector<std::string>* unsubscribe);
  void Expire(absl::Time now, std::vector<std::string>* unsubscribe);

  void Confirm(const std::vector<WantedChannel>& channels);

  // nullptr for a channel that is not wanted.
  const Channel* Find(const std::string& name) const;

  // The links with interest in one of the rooms, each once; without rooms those that want the whole
  // namespace.
  template <typename Rooms>
  std::vector<LinkId> Links(std::string_view ns, const Rooms& rooms) const {
    std::vector<LinkId> links;
    if (rooms.empty()) Collect(names_.All(ns), &links);
    for (const std::string& room : rooms) Collect(ChannelOf(ns, room), &links);
    return links;
  }

  // What one link wants.
  std::vector<HistoryRoom> RoomsOf(LinkId link) const;

  size_t rooms() const { return rooms_.size(); }

 private:
  struct Holder {
    LinkId link;
    absl::Time until;
  };
  struct Room {
    std::string ns;
    bool whole_namespace = false;
    std::vector<Holder> holders;
  };
  struct Provisional {
    absl::Time until;
    LinkId link;
    std::string room_channel;
  };

  std::string ChannelOf(std::string_view ns, std::string_view room) const;
  std::vector<std::pair<std::string, Kind>> ChannelsFor(const std::string& room_channel,
                                                        const Room& room) const;
  void Hold(LinkId link, const std::string& ns, const std::string& room, absl::Time until,
            std::vector<WantedChannel>* subscribe);
  void Release(LinkId link, const std::string& room_channel, std::vector<std::string>* unsubscribe);
  void Collect(const std::string& room_channel, std::vector<LinkId>* links) const;

  const ChannelNames names_;
  uint64_t last_generation_ = 0;
  // By the room's channel; room "" by the namespace's.
  absl::flat_hash_map<std::string, Room> rooms_;
  absl::flat_hash_map<LinkId, absl::flat_hash_set<std::string>> rooms_of_link_;
  absl::flat_hash_map<std::string, Channel> channels_;
  std::deque<Provisional> provisional_;
};

}  // namespace sail::pubsub

#endif  // SAIL_PUBSUB_INTEREST_H_
