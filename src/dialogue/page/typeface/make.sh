#!/bin/sh
# How the web fonts here were made, once, by hand: needs npm, and fonttools with brotli.
#   sh make.sh FOLDER      writes the files to FOLDER
set -eu
target=$(mkdir -p "$1" && cd "$1" && pwd)
cd "$(mktemp -d)"
for package in noto-sans@0.4.2 noto-sans-arabic@0.4.3 noto-sans-math@0.4.2 \
  noto-sans-symbols-2@0.4.1 noto-sans-mono@0.4.2; do
  npm pack --silent "@expo-google-fonts/$package" >/dev/null
done
for archive in *.tgz; do tar xzf "$archive"; done

subset() {  # source, name, code points
  pyftsubset "package/$1" --unicodes="$3" --flavor=woff2 \
    --no-hinting --output-file="$target/$2.woff2"
}
latin=0020-007E,00A0-017F,0192,0218-021B,02B9-02BF,02C6-02C7,02D8-02DD,0300-0304,0306-030C,0323,0327,032E,0331
latin=$latin,0391-03A9,03B1-03C9,1E00-1E99,1EA0-1EF9,200B-200F,2010-2027,2030,2032-2033,2039-203A,2044,20AC,2116,2122,2212
arabic=0600-0605,060C,0610-061F,0621-065F,0660-066F,0670-06D5,06DD,06F0-06F9,200C-200F,FD3E-FD3F,FDFC
signs=2190-2199,21C4,21D0-21D4,2248,2260,2264-2265,25A0-25A1,25B2-25B7,25BC-25BD,25C0,25C6-25C7,25CB,25CF,25D0-25D1,2605-2606,2713
for weight in 400Regular 700Bold; do
  subset "$weight/NotoSans_$weight.ttf" "latin-${weight%%[RB]*}" "$latin"
  subset "$weight/NotoSansArabic_$weight.ttf" "arabic-${weight%%[RB]*}" "$arabic"
done
subset 400Regular/NotoSansMath_400Regular.ttf signs "$signs"
subset 400Regular/NotoSansSymbols2_400Regular.ttf marks 2610-2612,2714-2718,2B06-2B07
subset 400Regular/NotoSansMono_400Regular.ttf mono 0020-007E,00A0,00B7,00D7,2013-2014,2018-2019,201C-201D,2026,2192,2212
