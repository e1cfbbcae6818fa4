// Conversations in many languages from one seed, the same on every machine and in tests of other languages: only 32-bit arithmetic.

/** Marsaglia's xorshift, 32 bits. */
export function chance(seed) {
  let state = seed >>> 0;
  return (below) => {
    state ^= state << 13; state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5; state >>>= 0;
    return state % below;
  };
}

export const phrases = [
  "The quick brown fox doesn't jump; it's resting, and they'LL see.",
  "Können Sie mir bitte erklären, wie Überweisungen ins Ausland funktionieren?",
  "Où est la bibliothèque ? J’aimerais réserver une place pour demain à 14 h 30.",
  "¿Cuántos kilómetros hay entre Málaga y Córdoba? ¡Gracias!",
  "Пожалуйста, объясните разницу между процессом и потоком.",
  "Καλημέρα! Πώς μπορώ να σας βοηθήσω σήμερα;",
  "请用三句话解释量子纠缠,谢谢。",
  "東京の天気はどうですか?傘を持って行くべきでしょうか。",
  "한국어로 짧은 시를 써 주세요. 바람이 분다.",
  "مرحبا، كيف يمكنني إعادة تعيين كلمة المرور؟",
  "שלום, אני צריך עזרה עם החשבון שלי.",
  "नमस्ते! क्या आप मुझे हिंदी में उत्तर दे सकते हैं?",
  "ฉันอยากรู้ว่าพรุ่งนี้ฝนจะตกไหม",
  "Xin chào! Tôi muốn đặt một bàn cho bốn người lúc 19 giờ.",
  "Türkçe'de ünlü uyumu nasıl çalışır? İstanbul ILIK değil.",
  "ქართული ენა ძალიან საინტერესოა.",
  "வணக்கம், தமிழில் பேசலாமா?",
  "👩‍👩‍👧‍👦 family, 🏳️‍🌈 flag, 🙂 smile, e\u0301 combined",
  "𝒜𝓃𝒹 𝕤𝕠𝕞𝕖 𝟙𝟚𝟛𝟜𝟝 letters beyond 16 bits: 𠀋𠮷野家 𐐀𐐨 𞤀𞤢 𑁦𑁧𑁨𑁩",
  "function add(a, b) {\n    return a + b; // 1234567.89e-10\n}\r\n\r\n",
  "SELECT * FROM users WHERE name LIKE '%O''Brien%' AND id >= 42;",
  "https://example.org/path/to?query=1&x=%20y#frag  <b>bold</b>\t\t\tTabs",
  "   leading   and   trailing   spaces   \n\n\n   ",
  "<|endoftext|> and <|im_start|>system<|im_end|> are only text, <|endofprompt|> too",
  "$$\\int_0^\\infty e^{-x^2}\\,dx = \\frac{\\sqrt{\\pi}}{2}$$",
  "I'm I'M we've WE'VE you'd don't can't 'tis rock'n'roll O'Neil's",
  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
  "1 12 123 1234 12345 ٣٤٥٦ ²³¹ Ⅷ ½",
  "----==== ....,,,, !!!??? ((([[[{{{ /// \\\\\\ ///\n/",
];

const roles = ["user", "assistant"];

/** One conversation: a list of [role, text]. */
export function conversation(next) {
  const messages = [];
  if (next(4) > 0) messages.push(["system", text(next)]);
  const count = 1 + next(8);
  for (let i = 0; i < count; i++) messages.push([roles[i % 2], text(next)]);
  return messages;
}

function text(next) {
  let text = "";
  const parts = 1 + next(5);
  for (let i = 0; i < parts; i++) {
    const phrase = phrases[next(phrases.length)];
    // Cut anywhere, also within a character made of two halves: what is sent then is U+FFFD.
    const start = next(3) === 0 ? next(phrase.length) : 0;
    const end = next(3) === 0 ? start + next(phrase.length - start + 1) : phrase.length;
    text += phrase.slice(start, end) + [" ", "", "\n", "  "][next(4)];
  }

  return text;
}
