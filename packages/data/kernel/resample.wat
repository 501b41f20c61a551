;; Resizing of bytes [h, w, 3] with 22-bit fixed-point weights, as src/transform/resample.ts spells it out in TypeScript.
;; node kernel/build.mjs turns this into src/transform/resample-kernel.ts.
(module
  (memory (export "memory") 1)

  ;; Rows to the new width. src: rows of `pitch` bytes; mid: [h, to, 4] bytes, the fourth of each pixel has no meaning.
  ;; first: int32 [to], byte offset of the first pixel; count: int32 [to]; weights: int32 [to, taps].
  (func (export "widen")
    (param $src i32) (param $pitch i32) (param $h i32) (param $mid i32) (param $to i32)
    (param $first i32) (param $count i32) (param $weights i32) (param $taps i32)
    (local $y i32) (local $x i32) (local $p i32) (local $w i32) (local $end i32) (local $sum v128)
    (block $done
      (loop $rows
        (br_if $done (i32.ge_u (local.get $y) (local.get $h)))
        (local.set $x (i32.const 0))
        (loop $columns
          (local.set $p (i32.add (local.get $src) (i32.load (i32.add (local.get $first) (i32.shl (local.get $x) (i32.const 2))))))
          (local.set $w (i32.add (local.get $weights) (i32.shl (i32.mul (local.get $x) (local.get $taps)) (i32.const 2))))
          (local.set $end
            (i32.add (local.get $w) (i32.shl (i32.load (i32.add (local.get $count) (i32.shl (local.get $x) (i32.const 2)))) (i32.const 2))))
          (local.set $sum (v128.const i32x4 0x200000 0x200000 0x200000 0x200000)) ;; a half
          (loop $weigh
            (local.set $sum
              (i32x4.add (local.get $sum)
                (i32x4.mul
                  (i32x4.extend_low_i16x8_u (i16x8.extend_low_i8x16_u (v128.load32_zero (local.get $p))))
                  (v128.load32_splat (local.get $w)))))
            (local.set $p (i32.add (local.get $p) (i32.const 3)))
            (local.set $w (i32.add (local.get $w) (i32.const 4)))
            (br_if $weigh (i32.lt_u (local.get $w) (local.get $end))))
          (local.set $sum (i32x4.shr_s (local.get $sum) (i32.const 22)))
          (local.set $sum (i16x8.narrow_i32x4_s (local.get $sum) (local.get $sum)))
          (v128.store32_lane 0 (local.get $mid) (i8x16.narrow_i16x8_u (local.get $sum) (local.get $sum)))
          (local.set $mid (i32.add (local.get $mid) (i32.const 4)))
          (local.set $x (i32.add (local.get $x) (i32.const 1)))
          (br_if $columns (i32.lt_u (local.get $x) (local.get $to))))
        (local.set $src (i32.add (local.get $src) (local.get $pitch)))
        (local.set $y (i32.add (local.get $y) (i32.const 1)))
        (br $rows))))

  ;; Columns to the new height, four pixels at a time: mid [h, w, 4] → three planes of [to, w] bytes, `plane` bytes apart.
  ;; The last four of a row may reach into the next one, which is written later; behind each plane there is room.
  (func (export "heighten")
    (param $mid i32) (param $w i32) (param $out i32) (param $plane i32) (param $to i32)
    (param $first i32) (param $count i32) (param $weights i32) (param $taps i32)
    (local $y i32) (local $x i32) (local $pitch i32) (local $start i32) (local $p i32) (local $k i32) (local $end i32) (local $at i32)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128) (local $v v128) (local $low v128) (local $high v128) (local $weight v128)
    (local.set $pitch (i32.shl (local.get $w) (i32.const 2)))
    (loop $rows
      (local.set $start
        (i32.add (local.get $mid)
          (i32.mul (i32.load (i32.add (local.get $first) (i32.shl (local.get $y) (i32.const 2)))) (local.get $pitch))))
      (local.set $x (i32.const 0))
      (loop $columns
        (local.set $p (i32.add (local.get $start) (i32.shl (local.get $x) (i32.const 2))))
        (local.set $k (i32.add (local.get $weights) (i32.shl (i32.mul (local.get $y) (local.get $taps)) (i32.const 2))))
        (local.set $end
          (i32.add (local.get $k) (i32.shl (i32.load (i32.add (local.get $count) (i32.shl (local.get $y) (i32.const 2)))) (i32.const 2))))
        (local.set $a (v128.const i32x4 0x200000 0x200000 0x200000 0x200000))
        (local.set $b (local.get $a))
        (local.set $c (local.get $a))
        (local.set $d (local.get $a))
        (loop $weigh
          (local.set $weight (v128.load32_splat (local.get $k)))
          (local.set $v (v128.load (local.get $p)))
          (local.set $low (i16x8.extend_low_i8x16_u (local.get $v)))
          (local.set $high (i16x8.extend_high_i8x16_u (local.get $v)))
          (local.set $a (i32x4.add (local.get $a) (i32x4.mul (i32x4.extend_low_i16x8_u (local.get $low)) (local.get $weight))))
          (local.set $b (i32x4.add (local.get $b) (i32x4.mul (i32x4.extend_high_i16x8_u (local.get $low)) (local.get $weight))))
          (local.set $c (i32x4.add (local.get $c) (i32x4.mul (i32x4.extend_low_i16x8_u (local.get $high)) (local.get $weight))))
          (local.set $d (i32x4.add (local.get $d) (i32x4.mul (i32x4.extend_high_i16x8_u (local.get $high)) (local.get $weight))))
          (local.set $p (i32.add (local.get $p) (local.get $pitch)))
          (local.set $k (i32.add (local.get $k) (i32.const 4)))
          (br_if $weigh (i32.lt_u (local.get $k) (local.get $end))))
        (local.set $low
          (i16x8.narrow_i32x4_s (i32x4.shr_s (local.get $a) (i32.const 22)) (i32x4.shr_s (local.get $b) (i32.const 22))))
        (local.set $high
          (i16x8.narrow_i32x4_s (i32x4.shr_s (local.get $c) (i32.const 22)) (i32x4.shr_s (local.get $d) (i32.const 22))))
        (local.set $v (i8x16.narrow_i16x8_u (local.get $low) (local.get $high)))
        (local.set $v (i8x16.shuffle 0 4 8 12 1 5 9 13 2 6 10 14 3 7 11 15 (local.get $v) (local.get $v)))
        (local.set $at (i32.add (local.get $out) (local.get $x)))
        (v128.store32_lane 0 (local.get $at) (local.get $v))
        (local.set $at (i32.add (local.get $at) (local.get $plane)))
        (v128.store32_lane 1 (local.get $at) (local.get $v))
        (local.set $at (i32.add (local.get $at) (local.get $plane)))
        (v128.store32_lane 2 (local.get $at) (local.get $v))
        (local.set $x (i32.add (local.get $x) (i32.const 4)))
        (br_if $columns (i32.lt_u (local.get $x) (local.get $w))))
      (local.set $out (i32.add (local.get $out) (local.get $w)))
      (local.set $y (i32.add (local.get $y) (i32.const 1)))
      (br_if $rows (i32.lt_u (local.get $y) (local.get $to))))))
