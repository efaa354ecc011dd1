#include "datasets/readable_name.h"

#include <map>
#include <optional>
#include <string_view>
#include <utility>

namespace mininas {
namespace {

// A combining mark, and the letters that it composes with: each letter is followed by what it becomes.
struct Diacritic {
  char32_t mark;
  std::string_view pairs;
};

// clang-format off
constexpr Diacritic kMarks[] = {
    {0x0300, "AÀEÈIÌOÒUÙaàeèiìoòuùÜǛüǜNǸnǹЕЀИЍеѐиѝĒḔēḕŌṐōṑWẀwẁÂẦâầĂẰăằÊỀêềÔỒôồƠỜơờƯỪưừYỲyỳ"},
    {0x0301, "AÁEÉIÍOÓUÚYÝaáeéiíoóuúyýCĆcćLĹlĺNŃnńRŔrŕSŚsśZŹzźÜǗüǘGǴgǵÅǺåǻÆǼæǽØǾøǿ¨΅ΑΆΕΈΗΉΙΊΟΌΥΎΩΏϊΐαάεέηήιίϋΰοόυύ"
     "ωώϒϓГЃКЌгѓкќÇḈçḉĒḖēḗÏḮïḯKḰkḱMḾmḿÕṌõṍŌṒōṓPṔpṕŨṸũṹWẂwẃÂẤâấĂẮăắÊẾêếÔỐôốƠỚơớƯỨưứ"},
    {0x0302, "AÂEÊIÎOÔUÛaâeêiîoôuûCĈcĉGĜgĝHĤhĥJĴjĵSŜsŝWŴwŵYŶyŷZẐzẑẠẬạậẸỆẹệỌỘọộ"},
    {0x0303, "AÃNÑOÕaãnñoõIĨiĩUŨuũVṼvṽÂẪâẫĂẴăẵEẼeẽÊỄêễÔỖôỗƠỠơỡƯỮưữYỸyỹ"},
    {0x0304, "AĀaāEĒeēIĪiīOŌoōUŪuūÜǕüǖÄǞäǟȦǠȧǡÆǢæǣǪǬǫǭÖȪöȫÕȬõȭȮȰȯȱYȲyȳИӢиӣУӮуӯGḠgḡḶḸḷḹṚṜṛṝ"},
    {0x0306, "AĂaăEĔeĕGĞgğIĬiĭOŎoŏUŬuŭУЎИЙийуўЖӁжӂАӐаӑЕӖеӗȨḜȩḝẠẶạặ"},
    {0x0307, "CĊcċEĖeėGĠgġIİZŻzżAȦaȧOȮoȯBḂbḃDḊdḋFḞfḟHḢhḣMṀmṁNṄnṅPṖpṗRṘrṙSṠsṡŚṤśṥŠṦšṧṢṨṣṩTṪtṫWẆwẇXẊxẋYẎyẏſẛ"},
    {0x0308, "AÄEËIÏOÖUÜaäeëiïoöuüyÿYŸΙΪΥΫιϊυϋϒϔЕЁІЇеёіїАӒаӓӘӚәӛЖӜжӝЗӞзӟИӤиӥОӦоӧӨӪөӫЭӬэӭУӰуӱЧӴчӵЫӸыӹHḦhḧÕṎõṏŪṺūṻWẄ"
     "wẅXẌxẍtẗ"},
    {0x0309, "AẢaảÂẨâẩĂẲăẳEẺeẻÊỂêểIỈiỉOỎoỏÔỔôổƠỞơởUỦuủƯỬưửYỶyỷ"},
    {0x030A, "AÅaåUŮuůwẘyẙ"},
    {0x030B, "OŐoőUŰuűУӲуӳ"},
    {0x030C, "CČcčDĎdďEĚeěLĽlľNŇnňRŘrřSŠsšTŤtťZŽzžAǍaǎIǏiǐOǑoǒUǓuǔÜǙüǚGǦgǧKǨkǩƷǮʒǯjǰHȞhȟ"},
    {0x030F, "AȀaȁEȄeȅIȈiȉOȌoȍRȐrȑUȔuȕѴѶѵѷ"},
    {0x0311, "AȂaȃEȆeȇIȊiȋOȎoȏRȒrȓUȖuȗ"},
    {0x031B, "OƠoơUƯuư"},
    {0x0323, "BḄbḅDḌdḍHḤhḥKḲkḳLḶlḷMṂmṃNṆnṇRṚrṛSṢsṣTṬtṭVṾvṿWẈwẉZẒzẓAẠaạEẸeẹIỊiịOỌoọƠỢơợUỤuụƯỰưựYỴyỵ"},
    {0x0324, "UṲuṳ"},
    {0x0325, "AḀaḁ"},
    {0x0326, "SȘsșTȚtț"},
    {0x0327, "CÇcçGĢgģKĶkķLĻlļNŅnņRŖrŗSŞsşTŢtţEȨeȩDḐdḑHḨhḩ"},
    {0x0328, "AĄaąEĘeęIĮiįUŲuųOǪoǫ"},
    {0x032D, "DḒdḓEḘeḙLḼlḽNṊnṋTṰtṱUṶuṷ"},
    {0x032E, "HḪhḫ"},
    {0x0330, "EḚeḛIḬiḭUṴuṵ"},
    {0x0331, "BḆbḇDḎdḏKḴkḵLḺlḻNṈnṉRṞrṟTṮtṯZẔzẕhẖ"},
    {0x3099, "かがきぎくぐけげこごさざしじすずせぜそぞただちぢつづてでとどはばひびふぶへべほぼうゔゝゞカガキギクグケゲコゴサザシジスズセゼソゾタダチヂツヅテデトドハバヒビフブヘベホボウヴワヷヰヸヱヹヲヺヽヾ"},
    {0x309A, "はぱひぴふぷへぺほぽハパヒピフプヘペホポ"},
};
// clang-format on

// Reads one code point and moves `place` behind it. A byte that begins no valid sequence is a letter of Latin-1.
char32_t next_code_point(std::string_view letters, size_t& place) {
  const auto byte = [&](size_t i) -> char32_t {
    return i < letters.size() ? static_cast<unsigned char>(letters[i]) : 0;
  };
  const char32_t first = byte(place);
  const size_t more = first < 0xC2 ? 0 : first < 0xE0 ? 1 : first < 0xF0 ? 2 : first < 0xF5 ? 3 : 0;
  char32_t value = more == 0 ? first : first & (0x3F >> more);
  for (size_t i = 1; i <= more; ++i) {
    if ((byte(place + i) & 0xC0) != 0x80) {
      ++place;
      return first;
    }
    value = value << 6 | (byte(place + i) & 0x3F);
  }
  constexpr char32_t kLeast[] = {0, 0x80, 0x800, 0x10000};
  const bool valid = value >= kLeast[more] && value <= 0x10FFFF && (value < 0xD800 || value > 0xDFFF);
  place += valid ? more + 1 : 1;
  return valid ? value : first;
}

std::u32string code_points(std::string_view letters) {
  std::u32string points;
  for (size_t place = 0; place < letters.size();) points += next_code_point(letters, place);
  return points;
}

void append_utf8(std::string& letters, char32_t point) {
  const auto put = [&](char32_t byte) { letters += static_cast<char>(byte); };
  const auto put_rest = [&](int sixes) {
    for (; sixes > 0; --sixes) put(0x80 | (point >> (6 * (sixes - 1)) & 0x3F));
  };
  if (point < 0x80) return put(point);
  const int more = point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
  put((0xFF00 >> (more + 1) & 0xFF) | point >> (6 * more));
  put_rest(more);
}

using Compositions = std::map<std::pair<char32_t, char32_t>, char32_t>;  // from letter and mark

Compositions make_compositions() {
  Compositions compositions;
  for (const Diacritic& mark : kMarks) {
    const std::u32string pairs = code_points(mark.pairs);
    for (size_t i = 0; i + 1 < pairs.size(); i += 2) compositions[{pairs[i], mark.mark}] = pairs[i + 1];
  }
  return compositions;
}

// Korean syllables are composed by arithmetic (The Unicode Standard, section 3.12): leading consonant and vowel, then
// a trailing consonant.
std::optional<char32_t> compose_korean(char32_t first, char32_t second) {
  constexpr char32_t kSyllable = 0xAC00, kLeading = 0x1100, kVowel = 0x1161, kTrailing = 0x11A7;
  constexpr char32_t kLeadings = 19, kVowels = 21, kTrailings = 28;
  if (first >= kLeading && first < kLeading + kLeadings && second >= kVowel && second < kVowel + kVowels)
    return kSyllable + ((first - kLeading) * kVowels + (second - kVowel)) * kTrailings;
  const bool open = first >= kSyllable && first < kSyllable + kLeadings * kVowels * kTrailings &&
                    (first - kSyllable) % kTrailings == 0;
  if (open && second > kTrailing && second < kTrailing + kTrailings) return first + (second - kTrailing);
  return std::nullopt;
}

std::optional<char32_t> compose(char32_t first, char32_t second) {
  static const Compositions compositions = make_compositions();
  const auto found = compositions.find({first, second});
  return found == compositions.end() ? compose_korean(first, second) : std::optional(found->second);
}

}  // namespace

std::string composed_utf8(const std::string& name) {
  std::u32string composed;
  for (const char32_t point : code_points(name)) {
    const auto together = composed.empty() ? std::nullopt : compose(composed.back(), point);
    if (together)
      composed.back() = *together;
    else
      composed += point;
  }
  std::string letters;
  for (const char32_t point : composed) append_utf8(letters, point);
  return letters;
}

std::string readable_name(const std::filesystem::path& path) { return composed_utf8(path.filename().string()); }

}  // namespace mininas
