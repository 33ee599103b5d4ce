// How the reference shows values in its messages.
#ifndef SAIL_LOGIC_MODEL_JS_INSPECT_H_
#define SAIL_LOGIC_MODEL_JS_INSPECT_H_

#include <boost/json/fwd.hpp>
#include <string>
#include <string_view>

namespace sail::logic {

// Node's util.inspect(value, {depth}): 'text', { a: 1 }, [ 'a', 'b' ]; what is nested deeper than `depth` is
// [Object] or [Array], long strings and arrays are cut (10,000 UTF-16 units, 100 items). Messages about
// criteria use depth 5, those of validation rules 2.
std::string Inspect(const boost::json::value& value, int depth = 5);

// 'text' in the quotes that util.inspect chooses.
std::string InspectString(std::string_view utf8);

// The literal in the messages of the type checker, which follows an older util.inspect: always single quotes,
// no limit of depth. Past some 8 KiB the rest of an array or object is left out (that limit is ours).
std::string TypeCheckLiteral(const boost::json::value& value);

// "string", "number", "boolean", "null", "array", "dictionary"; of infinities "invalid number", and of the
// few strings that are type symbols ("*", "===", "->") the type that they stand for.
std::string_view DisplayType(const boost::json::value& value);

}  // namespace sail::logic

#endif  // SAIL_LOGIC_MODEL_JS_INSPECT_H_
