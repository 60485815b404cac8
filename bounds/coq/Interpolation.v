(* The interpolation between a function and its expectation: the mean of g over
   x cos th + y sin th, y standard normal, as a function of x. It is g at th = 0 and E g at
   th = pi/2.

   Its derivative in x is cos th times the mean of g'; one step in th moves it by
   - x sin th (mean of g') + sin th cos th (mean of g''), up to the square of the step, where the
   second term comes by parts in y. Only linearity, monotonicity and Stein's identity are used. *)
From Coq Require Import Reals Lra Psatz ssreflect.
From Coquelicot Require Import Coquelicot.
From ClassRadius Require Import Normal GaussianExpectation Profile.
Open Scope R_scope.

Definition mean (g : R -> R) (th x : R) : R :=
  expectation (fun y => g (x * cos th + y * sin th)).

Lemma mean_at_0 (g : R -> R) (x : R) : mean g 0 x = g x.
Proof.
  unfold mean. rewrite -(expectation_const (g x)). apply expectation_ext. intro y.
  rewrite cos_0 sin_0. f_equal. ring.
Qed.

Lemma mean_at_right_angle (g : R -> R) (x : R) : mean g (PI / 2) x = expectation g.
Proof. apply expectation_ext. intro y. rewrite cos_PI2 sin_PI2. f_equal. ring. Qed.

(* y |-> g (c + y s) is continuous. *)
Lemma section_continuous (g : R -> R) (c s y : R) : (forall z, continuous g z) ->
  continuous (fun y => g (c + y * s)) y.
Proof.
  intro G. apply (continuous_comp (fun y => c + y * s) g); [|apply G].
  apply (ex_derive_continuous (V := R_NormedModule)). auto_derive. exact I.
Qed.

Lemma section_tame (g : R -> R) (M c s : R) : (forall z, continuous g z) ->
  (forall z, Rabs (g z) <= M) -> tame (fun y => g (c + y * s)).
Proof. intros G B. apply (tame_bounded _ M); [intro y; now apply section_continuous|now intro]. Qed.

Lemma mean_between (g : R -> R) (l u th x : R) : (forall z, continuous g z) ->
  (forall z, l <= g z <= u) -> l <= mean g th x <= u.
Proof.
  intros G B. assert (T : tame (fun y => g (x * cos th + y * sin th))).
  { apply (section_tame g (Rmax (Rabs l) (Rabs u))); [exact G|]. intro z. specialize (B z).
    apply Rabs_le. assert (X := Rmax_l (Rabs l) (Rabs u)). assert (Y := Rmax_r (Rabs l) (Rabs u)).
    assert (P := Rle_abs u). assert (Q := Rle_abs (- l)). rewrite Rabs_Ropp in Q. lra. }
  unfold mean. split.
  - rewrite -(expectation_const l).
    apply expectation_le; [apply tame_const|exact T|intro y; apply B].
  - rewrite -(expectation_const u).
    apply expectation_le; [exact T|apply tame_const|intro y; apply B].
Qed.

Lemma mean_bounded (g : R -> R) (M th x : R) : (forall z, continuous g z) ->
  (forall z, Rabs (g z) <= M) -> Rabs (mean g th x) <= M.
Proof.
  intros G B. assert (X : - M <= mean g th x <= M).
  { apply mean_between; [exact G|]. intro z. now apply Rabs_le_between. }
  now apply Rabs_le.
Qed.

Lemma continuous_of_derivative (g g1 : R -> R) : (forall z, is_derive g z (g1 z)) ->
  forall z, continuous g z.
Proof. intros D z. apply (ex_derive_continuous (V := R_NormedModule)). exists (g1 z). apply D. Qed.

(* Taylor on the whole line. *)
Lemma taylor_line (g g1 g2 : R -> R) (M x d : R) : (forall z, is_derive g z (g1 z)) ->
  (forall z, is_derive g1 z (g2 z)) -> (forall z, Rabs (g2 z) <= M) ->
  Rabs (g (x + d) - g x - d * g1 x) <= M * d ^ 2.
Proof.
  intros D D1 B. assert (P := Rabs_pos d). assert (Q := Rle_abs d). assert (Q' := Rle_abs (- d)).
  rewrite Rabs_Ropp in Q'.
  assert (T := taylor_square g g1 g2 (x - Rabs d) (x + Rabs d) M x (x + d)
    ltac:(lra) ltac:(lra) (fun z _ => D z) (fun z _ => D1 z) (fun z _ => B z)).
  replace (x + d - x) with d in T by ring. now rewrite (Rmult_comm d).
Qed.

(* A remainder of second order gives the derivative. *)
Lemma derivative_of_remainder (F : R -> R) (x l C : R) : 0 <= C ->
  (forall h, Rabs (F (x + h) - F x - h * l) <= C * h ^ 2) -> is_derive F x l.
Proof.
  intros C0 H. apply is_derive_Reals. intros e He.
  assert (K : 0 < e / (C + 1)) by (apply Rdiv_lt_0_compat; lra).
  exists (mkposreal _ K). intros h N B. simpl in B.
  assert (A := Rabs_pos_lt h N). specialize (H h).
  replace ((F (x + h) - F x) / h - l) with ((F (x + h) - F x - h * l) / h) by (field; exact N).
  unfold Rdiv. rewrite Rabs_mult Rabs_inv. apply Rle_lt_trans with (C * Rabs h).
  - apply (Rmult_le_reg_r (Rabs h)); [exact A|]. rewrite Rmult_assoc Rinv_l; [|lra].
    rewrite Rmult_1_r. rewrite -(pow2_abs h) in H. lra.
  - apply Rle_lt_trans with ((C + 1) * Rabs h); [nra|].
    apply (Rmult_lt_reg_r (/ (C + 1))); [apply Rinv_0_lt_compat; lra|].
    replace ((C + 1) * Rabs h * / (C + 1)) with (Rabs h) by (field; lra). exact B.
Qed.

Lemma mean_d (g g1 g2 : R -> R) (M th x : R) :
  (forall z, is_derive g z (g1 z)) -> (forall z, is_derive g1 z (g2 z)) ->
  (forall z, Rabs (g z) <= M) -> (forall z, Rabs (g1 z) <= M) -> (forall z, Rabs (g2 z) <= M) ->
  is_derive (mean g th) x (cos th * mean g1 th x).
Proof.
  intros D D1 B B1 B2. assert (M0 : 0 <= M) by (apply Rle_trans with (2 := B 0); apply Rabs_pos).
  assert (G := continuous_of_derivative g g1 D). assert (G1 := continuous_of_derivative g1 g2 D1).
  apply (derivative_of_remainder _ x _ (M * cos th ^ 2)).
  { apply Rmult_le_pos; [exact M0|apply pow2_ge_0]. }
  intro h. set (c := cos th). set (s := sin th).
  assert (T0 := section_tame g M (x * c) s G B).
  assert (T1 := section_tame g M ((x + h) * c) s G B).
  assert (T2 := section_tame g1 M (x * c) s G1 B1).
  assert (T01 := tame_minus _ _ T1 T0). assert (T2' := tame_scal (h * c) _ T2).
  unfold mean. fold c s.
  replace (h * (c * expectation (fun y => g1 (x * c + y * s))))
    with (expectation (fun y => h * c * g1 (x * c + y * s))) by (rewrite expectation_scal //; ring).
  rewrite -(expectation_minus _ _ T1 T0) -(expectation_minus _ _ T01 T2').
  rewrite -(expectation_const (M * c ^ 2 * h ^ 2)).
  apply expectation_abs_le; [now apply tame_minus|apply tame_const|]. intro y.
  replace ((x + h) * c + y * s) with (x * c + y * s + h * c) by ring.
  replace (M * c ^ 2 * h ^ 2) with (M * (h * c) ^ 2) by ring.
  now apply (taylor_line g g1 g2).
Qed.

Lemma trig_lipschitz (t e : R) : 0 <= e ->
  Rabs (cos (t + e) - cos t) <= e /\ Rabs (sin (t + e) - sin t) <= e.
Proof.
  intro E. assert (C := fun z => COS_bound z). assert (S := fun z => SIN_bound z). split.
  - destruct (mean_value cos (fun z => - sin z) t (t + e)) as [z [_ H]]; [lra| |].
    { intros z _. auto_derive; [exact I|ring]. }
    rewrite H. replace (t + e - t) with e by ring. rewrite Rabs_mult (Rabs_pos_eq e E).
    assert (Rabs (- sin z) <= 1) by (apply Rabs_le; specialize (S z); lra). nra.
  - destruct (mean_value sin cos t (t + e)) as [z [_ H]]; [lra| |].
    { intros z _. auto_derive; [exact I|ring]. }
    rewrite H. replace (t + e - t) with e by ring. rewrite Rabs_mult (Rabs_pos_eq e E).
    assert (Rabs (cos z) <= 1) by (apply Rabs_le; specialize (C z); lra). nra.
Qed.

Lemma trig_taylor (t e : R) : Rabs (cos (t + e) - cos t + e * sin t) <= e ^ 2 /\
  Rabs (sin (t + e) - sin t - e * cos t) <= e ^ 2.
Proof.
  split.
  - assert (T := taylor_line cos (fun z => - sin z) (fun z => - cos z) 1 t e
      ltac:(intro; auto_derive; [exact I|ring]) ltac:(intro; auto_derive; [exact I|ring])
      ltac:(intro z; apply Rabs_le; assert (H := COS_bound z); lra)).
    replace (cos (t + e) - cos t + e * sin t) with (cos (t + e) - cos t - e * - sin t) by ring. lra.
  - assert (T := taylor_line sin cos (fun z => - sin z) 1 t e
      ltac:(intro; auto_derive; [exact I|ring]) ltac:(intro; auto_derive; [exact I|ring])
      ltac:(intro z; apply Rabs_le; assert (H := SIN_bound z); lra)).
    lra.
Qed.

(* One step at one pair x, y. *)
Lemma pointwise_step (g g1 g2 : R -> R) (M th e x y : R) :
  (forall z, is_derive g z (g1 z)) -> (forall z, is_derive g1 z (g2 z)) ->
  (forall z, Rabs (g1 z) <= M) -> (forall z, Rabs (g2 z) <= M) -> 0 <= e <= 1 ->
  Rabs (g (x * cos (th + e) + y * sin (th + e)) - g (x * cos th + y * sin th)
    - e * (- x * sin th + y * cos th) * g1 (x * cos th + y * sin th))
  <= 4 * M * e ^ 2 * (1 + x ^ 2 + y ^ 2).
Proof.
  intros D D1 B1 B2 E. assert (M0 : 0 <= M) by (apply Rle_trans with (2 := B1 0); apply Rabs_pos).
  destruct (trig_lipschitz th e) as [Lc Ls]; [lra|]. destruct (trig_taylor th e) as [Tc Ts].
  set (z := x * cos th + y * sin th).
  set (d := x * (cos (th + e) - cos th) + y * (sin (th + e) - sin th)).
  set (r := x * (cos (th + e) - cos th + e * sin th) + y * (sin (th + e) - sin th - e * cos th)).
  replace (x * cos (th + e) + y * sin (th + e)) with (z + d) by (unfold z, d; ring).
  assert (T := taylor_line g g1 g2 M z d D D1 B2).
  replace (g (z + d) - g z - e * (- x * sin th + y * cos th) * g1 z)
    with ((g (z + d) - g z - d * g1 z) + r * g1 z) by (unfold r, d; ring).
  assert (X := Rabs_pos x). assert (Y := Rabs_pos y).
  assert (A : Rabs d <= (Rabs x + Rabs y) * e).
  { unfold d. apply Rle_trans with (1 := Rabs_triang _ _). rewrite !Rabs_mult. nra. }
  assert (R : Rabs r <= (Rabs x + Rabs y) * e ^ 2).
  { unfold r. apply Rle_trans with (1 := Rabs_triang _ _). rewrite !Rabs_mult. nra. }
  assert (S : d ^ 2 <= 2 * (x ^ 2 + y ^ 2) * e ^ 2).
  { rewrite -(pow2_abs d) -(pow2_abs x) -(pow2_abs y).
    apply Rle_trans with (((Rabs x + Rabs y) * e) ^ 2).
    - apply pow_incr. split; [apply Rabs_pos|exact A].
    - assert (V := pow2_ge_0 (Rabs x - Rabs y)). assert (W := pow2_ge_0 e). nra. }
  assert (L : Rabs x + Rabs y <= 1 + x ^ 2 + y ^ 2).
  { rewrite -(pow2_abs x) -(pow2_abs y). assert (V := pow2_ge_0 (Rabs x - 1 / 2)).
    assert (W := pow2_ge_0 (Rabs y - 1 / 2)). lra. }
  apply Rle_trans with (1 := Rabs_triang _ _). rewrite (Rabs_mult r).
  assert (G := B1 z). assert (Gp := Rabs_pos (g1 z)). assert (Rp := Rabs_pos r).
  assert (W := pow2_ge_0 e).
  apply Rle_trans with (M * (2 * (x ^ 2 + y ^ 2) * e ^ 2) + (1 + x ^ 2 + y ^ 2) * e ^ 2 * M).
  - apply Rplus_le_compat.
    + apply Rle_trans with (1 := T). now apply Rmult_le_compat_l.
    + apply Rmult_le_compat; [exact Rp|exact Gp| |exact G].
      apply Rle_trans with (1 := R). now apply Rmult_le_compat_r.
  - assert (x2 := pow2_ge_0 x). assert (y2 := pow2_ge_0 y).
    assert (K : 0 <= M * e ^ 2) by now apply Rmult_le_pos.
    replace (M * (2 * (x ^ 2 + y ^ 2) * e ^ 2) + (1 + x ^ 2 + y ^ 2) * e ^ 2 * M)
      with (M * e ^ 2 * (1 + 3 * (x ^ 2 + y ^ 2))) by ring.
    replace (4 * M * e ^ 2 * (1 + x ^ 2 + y ^ 2))
      with (M * e ^ 2 * (4 * (1 + x ^ 2 + y ^ 2))) by ring.
    apply Rmult_le_compat_l; [exact K|lra].
Qed.

(* E_y [y g1(c + y s)] = s E_y g2(c + y s), by parts. *)
Lemma section_by_parts (g1 g2 g3 : R -> R) (M c s : R) :
  (forall z, is_derive g1 z (g2 z)) -> (forall z, is_derive g2 z (g3 z)) ->
  (forall z, Rabs (g1 z) <= M) -> (forall z, Rabs (g2 z) <= M) ->
  expectation (fun y => y * g1 (c + y * s)) = s * expectation (fun y => g2 (c + y * s)).
Proof.
  intros D D1 B1 B2.
  assert (G1 := continuous_of_derivative g1 g2 D). assert (G2 := continuous_of_derivative g2 g3 D1).
  assert (T2 := section_tame g2 M c s G2 B2).
  rewrite -(expectation_scal s _ T2).
  apply (stein (fun y => g1 (c + y * s)) (fun y => s * g2 (c + y * s))).
  - intro y. apply (is_derive_comp g1 (fun y => c + y * s)); [apply D|].
    auto_derive; [exact I|ring].
  - now apply (section_tame g1 M).
  - now apply tame_scal.
Qed.

(* One step in th, to second order. *)
Lemma mean_step (g g1 g2 g3 : R -> R) (M : R) :
  (forall z, is_derive g z (g1 z)) -> (forall z, is_derive g1 z (g2 z)) ->
  (forall z, is_derive g2 z (g3 z)) ->
  (forall z, Rabs (g z) <= M) -> (forall z, Rabs (g1 z) <= M) -> (forall z, Rabs (g2 z) <= M) ->
  (forall z, Rabs (g3 z) <= M) ->
  exists C, 0 <= C /\ forall th x eta, 0 <= eta <= 1 ->
    Rabs (mean g (th + eta) x - mean g th x
      - eta * (- x * sin th * mean g1 th x + sin th * cos th * mean g2 th x))
    <= C * eta ^ 2 * (1 + x ^ 2).
Proof.
  intros D D1 D2 B B1 B2 B3.
  assert (M0 : 0 <= M) by (apply Rle_trans with (2 := B 0); apply Rabs_pos).
  exists (8 * M). split; [lra|]. intros th x e E.
  assert (G := continuous_of_derivative g g1 D). assert (G1 := continuous_of_derivative g1 g2 D1).
  set (c := cos th). set (s := sin th).
  assert (T0 := section_tame g M (x * c) s G B).
  assert (T' := section_tame g M (x * cos (th + e)) (sin (th + e)) G B).
  assert (T1 := section_tame g1 M (x * c) s G1 B1).
  assert (Ty := tame_mult _ _ tame_id T1). simpl in Ty.
  assert (P := section_by_parts g1 g2 g3 M (x * c) s D1 D2 B1 B2).
  assert (S : expectation (fun y => e * (- x * s + y * c) * g1 (x * c + y * s))
    = e * (- x * s * mean g1 th x + s * c * mean g2 th x)).
  { rewrite (expectation_ext _ (fun y => - e * x * s * g1 (x * c + y * s)
      + e * c * (y * g1 (x * c + y * s)))); [|intro y; ring].
    rewrite expectation_plus; [|now apply tame_scal|now apply tame_scal].
    rewrite (expectation_scal _ _ T1) (expectation_scal _ _ Ty) P. unfold mean. fold c s. ring. }
  assert (TS : tame (fun y => e * (- x * s + y * c) * g1 (x * c + y * s))).
  { apply (tame_ext (fun y => - e * x * s * g1 (x * c + y * s) + e * c * (y * g1 (x * c + y * s))));
      [intro y; ring|]. apply tame_plus; now apply tame_scal. }
  rewrite -S. unfold mean. fold c s.
  assert (T01 := tame_minus _ _ T' T0).
  rewrite -(expectation_minus _ _ T' T0) -(expectation_minus _ _ T01 TS).
  assert (Sq : tame (fun y => y ^ 2)) by (apply (tame_pow (fun y => y)); apply tame_id).
  assert (TK : tame (fun y => 4 * M * e ^ 2 * (1 + x ^ 2) + 4 * M * e ^ 2 * y ^ 2)).
  { apply tame_plus; [apply tame_const|now apply tame_scal]. }
  assert (V : expectation (fun y => 4 * M * e ^ 2 * (1 + x ^ 2) + 4 * M * e ^ 2 * y ^ 2)
    = 4 * M * e ^ 2 * (1 + x ^ 2) + 4 * M * e ^ 2).
  { rewrite expectation_plus; [|apply tame_const|now apply tame_scal].
    rewrite expectation_const (expectation_scal _ _ Sq) expectation_square. ring. }
  apply Rle_trans with (4 * M * e ^ 2 * (1 + x ^ 2) + 4 * M * e ^ 2).
  - rewrite -V. apply expectation_abs_le; [now apply tame_minus|exact TK|]. intro y.
    apply Rle_trans with (4 * M * e ^ 2 * (1 + x ^ 2 + y ^ 2)); [|right; ring].
    now apply (pointwise_step g g1 g2).
  - assert (W := pow2_ge_0 e). assert (X := pow2_ge_0 x).
    assert (K : 0 <= M * e ^ 2) by now apply Rmult_le_pos. nra.
Qed.
