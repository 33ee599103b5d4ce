#include "services/pubsub/interest.h"

#include <algorithm>
#include <utility>

namespace sail::pubsub {

std::string Interest::ChannelOf(std::string_view ns, std::string_view room) const {
  return room.empty() ? names_.All(ns) : names_.Room(ns, room);
}

// What one link's interest in the room refers to.
std::vector<std::pair<std::string, Interest::Kind>> Interest::ChannelsFor(const std::string& room_channel,
                                                                          const Room& room) const {
  std::vector<std::pair<std::string, Kind>> channels = {{names_.All(room.ns), Kind::kAll},
                                                        {names_.Request(room.ns), Kind::kRequest},
                                                        {names_.Peers(room.ns), Kind::kPeers}};
  if (room.ns == "/") channels.emplace_back(names_.Admin(), Kind::kAdmin);
  if (!room.whole_namespace) channels.emplace_back(room_channel, Kind::kRoom);
  return channels;
}

void Interest::Add(LinkId link, const std::string& ns, const std::string& room,
                   std::vector<WantedChannel>* subscribe) {
  Hold(link, ns, room, absl::InfiniteFuture(), subscribe);
}

void Interest::AddProvisional(LinkId link, const std::string& ns, const std::string& room, absl::Time until,
                              std::vector<WantedChannel>* subscribe) {
  const std::string room_channel = ChannelOf(ns, room);
  if (const auto found = rooms_of_link_.find(link);
      found != rooms_of_link_.end() && found->second.contains(room_channel)) {
    return;
  }
  provisional_.push_back({until, link, room_channel});
  Hold(link, ns, room, until, subscribe);
}

void Interest::Hold(LinkId link, const std::string& ns, const std::string& room_name, absl::Time until,
                    std::vector<WantedChannel>* subscribe) {
  const std::string room_channel = ChannelOf(ns, room_name);
  Room& room = rooms_[room_channel];
  room.ns = ns;
  room.whole_namespace = room_name.empty();
  const auto held = std::find_if(room.holders.begin(), room.holders.end(),
                                 [link](const Holder& holder) { return holder.link == link; });
  const bool is_new = held == room.holders.end();
  if (is_new) {
    room.holders.push_back({link, until});
    rooms_of_link_[link].insert(room_channel);
  } else {
    held->until = std::max(held->until, until);
  }
  for (auto& [name, kind] : ChannelsFor(room_channel, room)) {
    Channel& channel = channels_[name];
    if (channel.references == 0) channel = {kind, ns, 0, ++last_generation_, false};
    if (is_new) ++channel.references;
    if (!channel.confirmed) subscribe->push_back({std::move(name), channel.generation});
  }
}

void Interest::Remove(LinkId link, const std::string& ns, const std::string& room,
                      std::vector<std::string>* unsubscribe) {
  Release(link, ChannelOf(ns, room), unsubscribe);
}

void Interest::RemoveLink(LinkId link, std::vector<std::string>* unsubscribe) {
  const auto found = rooms_of_link_.find(link);
  if (found == rooms_of_link_.end()) return;
  const std::vector<std::string> rooms(found->second.begin(), found->second.end());
  for (const std::string& room_channel : rooms) Release(link, room_channel, unsubscribe);
}

void Interest::Expire(absl::Time now, std::vector<std::string>* unsubscribe) {
  while (!provisional_.empty() && provisional_.front().until <= now) {
    const Provisional due = std::move(provisional_.front());
    provisional_.pop_front();
    const auto room = rooms_.find(due.room_channel);
    if (room == rooms_.end()) continue;
    for (const Holder& holder : room->second.holders) {
      if (holder.link != due.link || holder.until > now) continue;
      Release(due.link, due.room_channel, unsubscribe);
      break;
    }
  }
}

void Interest::Release(LinkId link, const std::string& room_channel, std::vector<std::string>* unsubscribe) {
  const auto found = rooms_.find(room_channel);
  if (found == rooms_.end()) return;
  Room& room = found->second;
  if (std::erase_if(room.holders, [link](const Holder& holder) { return holder.link == link; }) == 0) return;
  for (const auto& [name, kind] : ChannelsFor(room_channel, room)) {
    const auto channel = channels_.find(name);
    if (--channel->second.references > 0) continue;
    channels_.erase(channel);
    unsubscribe->push_back(name);
  }
  const auto rooms = rooms_of_link_.find(link);
  rooms->second.erase(room_channel);
  if (rooms->second.empty()) rooms_of_link_.erase(rooms);
  if (room.holders.empty()) rooms_.erase(found);
}

void Interest::Confirm(const std::vector<WantedChannel>& channels) {
  for (const WantedChannel& wanted : channels) {
    const auto channel = channels_.find(wanted.name);
    if (channel != channels_.end() && channel->second.generation == wanted.generation) {
      channel->second.confirmed = true;
    }
  }
}

const Interest::Channel* Interest::Find(const std::string& name) const {
  const auto found = channels_.find(name);
  return found == channels_.end() ? nullptr : &found->second;
}

std::vector<HistoryRoom> Interest::RoomsOf(LinkId link) const {
  std::vector<HistoryRoom> rooms;
  if (const auto found = rooms_of_link_.find(link); found != rooms_of_link_.end()) {
    for (const std::string& channel : found->second) rooms.push_back({rooms_.at(channel).ns, channel});
  }
  return rooms;
}

void Interest::Collect(const std::string& room_channel, std::vector<LinkId>* links) const {
  const auto room = rooms_.find(room_channel);
  if (room == rooms_.end()) return;
  for (const Holder& holder : room->second.holders) {
    if (std::find(links->begin(), links->end(), holder.link) == links->end()) links->push_back(holder.link);
  }
}

}  // namespace sail::pubsub
