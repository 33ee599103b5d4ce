#ifndef SAIL_LOGIC_EVENTS_CHANGE_EVENTS_H_
#define SAIL_LOGIC_EVENTS_CHANGE_EVENTS_H_

#include <memory>
#include <string>
#include <string_view>

#include "services/logic/model/schema.h"

namespace sail::pubsub::v1 {
class PublishRequest;
}

namespace sail::logic {

// What one transaction will publish, in order: Sails' resourceful pubsub messages, byte for byte. Keys are
// column texts, records and data are JSON texts. The socket that made the change gets none of the messages.
class ChangeEvents {
 public:
  // origin_socket_id may be empty: everybody gets the messages.
  explicit ChangeEvents(std::string origin_socket_id);
  ~ChangeEvents();
  ChangeEvents(const ChangeEvents&) = delete;
  ChangeEvents& operator=(const ChangeEvents&) = delete;

  // To the class room; then the class room's members join the record's room.
  void Created(const Model& model, std::string_view key, std::string_view record);
  // changes: JSON members, as RecordValues::published_members has them; updated_at may be empty.
  void Updated(const Model& model, std::string_view key, std::string_view changes,
               std::string_view updated_at, std::string_view previous);
  // To the record's room; then the class room's members leave it.
  void Destroyed(const Model& model, std::string_view key, std::string_view previous);

  // The collection `association` of the record `key` gained or lost a child. To the record's room.
  void AddedTo(const Attribute& association, std::string_view key, std::string_view child);
  void RemovedFrom(const Attribute& association, std::string_view key, std::string_view child);

  // The to-one `association` of the record `key` leads elsewhere now, because of a change on the other side.
  void Moved(const Attribute& association, std::string_view key, const ColumnText& target);

  bool empty() const;
  // A sail.pubsub.v1.PublishRequest without dedup ids.
  std::string Serialized() const;

 private:
  void Broadcast(const Model& model, std::string room, std::string_view payload);
  void MoveMembers(const Model& model, std::string_view key, bool join);

  const std::string origin_socket_id_;
  std::unique_ptr<pubsub::v1::PublishRequest> request_;
};

}  // namespace sail::logic

#endif  // SAIL_LOGIC_EVENTS_CHANGE_EVENTS_H_
