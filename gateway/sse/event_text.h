// Server-sent events as text (HTML, "Server-sent events", 9.2.5).
#ifndef SAIL_GATEWAY_SSE_EVENT_TEXT_H_
#define SAIL_GATEWAY_SSE_EVENT_TEXT_H_

#include <optional>
#include <string>
#include <string_view>

namespace sail::gateway::sse {

// One event, its blank line included. An empty id or name is left out. Line breaks in the data become several
// data lines, which a client joins again; in id and name they become spaces.
std::string FormatEvent(std::string_view id, std::string_view name, std::string_view data);

// The event of a Socket.IO EVENT to the namespace "/" (an Engine.IO payload, `42["user",{...}]`): named as it
// is there; its data is the one argument, or the JSON array of all arguments if there are none or several.
// Nothing for packets of another kind, so also for events with binary arguments.
std::optional<std::string> FormatSocketEvent(std::string_view id, std::string_view packet);

}  // namespace sail::gateway::sse

#endif  // SAIL_GATEWAY_SSE_EVENT_TEXT_H_
