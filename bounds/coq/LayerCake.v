(* From the masses of the levels {u > t} to the expectation of u, for Lipschitz u >= 0 on R^d, under
   any law whose levels satisfy the isoperimetric inequality with a constant L; N(0, I) has L = 1.

   With layers of height 1/m,  min(u, N/m) = (1/m) Sum_{k<N} min(1, m (u - k/m)^+).  When the
   expectation of the k-th layer is at most T(k/m) and the sums (1/m) Sum T(k/m) stay below
   1/m + C, letting N and then m grow gives E u <= C.  With T(t) = Phi(a - t/L), which the
   isoperimetric inequality provides for a = Phi^{-1}(P[u > 0]), the result is
   E u <= L integrated_tail(P[u > 0]): what a halfspace of the same mass attains under N(0, L^2 I). *)
From Coq Require Import Reals Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From ClassRadius Require Import Normal Tail GaussianExpectation GaussianSpace.
From ClassRadius Require Import GaussianIsoperimetry.
Open Scope R_scope.

(* ---- Lipschitz functions on R^d ---- *)

Lemma distance_nonneg (d : nat) (z w : space d) : 0 <= distance d z w.
Proof. apply sqrt_pos. Qed.

Lemma lipschitz_weaken (d : nat) (L M : R) (f : space d -> R) : L <= M -> lipschitz d L f ->
  lipschitz d M f.
Proof.
  intros H F z w. specialize (F z w). assert (D := distance_nonneg d z w).
  apply Rle_trans with (1 := F). now apply Rmult_le_compat_r.
Qed.

Lemma lipschitz_constant (d : nat) (c : R) : lipschitz d 0 (fun _ => c).
Proof. intros z w. rewrite Rminus_eq_0, Rabs_R0. lra. Qed.

Lemma lipschitz_sum (d : nat) (L M : R) (f g : space d -> R) : lipschitz d L f ->
  lipschitz d M g -> lipschitz d (L + M) (fun z => f z + g z).
Proof.
  intros F G z w. specialize (F z w). specialize (G z w).
  replace (f z + g z - (f w + g w)) with ((f z - f w) + (g z - g w)) by ring.
  apply Rle_trans with (1 := Rabs_triang _ _). lra.
Qed.

Lemma lipschitz_comp (d : nat) (L M : R) (psi : R -> R) (f : space d -> R) : 0 <= M ->
  (forall a b, Rabs (psi a - psi b) <= M * Rabs (a - b)) -> lipschitz d L f ->
  lipschitz d (M * L) (fun z => psi (f z)).
Proof.
  intros HM P F z w. apply Rle_trans with (1 := P _ _). rewrite Rmult_assoc.
  now apply Rmult_le_compat_l.
Qed.

Lemma lipschitz_min (d : nat) (L : R) (f g : space d -> R) : lipschitz d L f ->
  lipschitz d L g -> lipschitz d L (fun z => Rmin (f z) (g z)).
Proof.
  intros F G z w. specialize (F z w). specialize (G z w).
  revert F G. unfold Rmin, Rabs.
  repeat (destruct (Rle_dec _ _) || destruct (Rcase_abs _)); lra.
Qed.

Lemma lipschitz_shift (d : nat) (L t : R) (f : space d -> R) : lipschitz d L f ->
  lipschitz d L (fun z => f z - t).
Proof.
  intros F z w. specialize (F z w).
  now replace (f z - t - (f w - t)) with (f z - f w) by ring.
Qed.

Lemma lipschitz_multiple (d : nat) (L c : R) (f : space d -> R) : 0 <= c -> lipschitz d L f ->
  lipschitz d (c * L) (fun z => c * f z).
Proof.
  intros C F. apply (lipschitz_comp d L c (fun a => c * a)); trivial.
  intros a b. rewrite <- Rmult_minus_distr_l, Rabs_mult, (Rabs_pos_eq c) by exact C. lra.
Qed.

Lemma excess_contracts (a b t : R) : Rabs (Rmax 0 (a - t) - Rmax 0 (b - t)) <= Rabs (a - b).
Proof.
  unfold Rmax, Rabs. repeat (destruct (Rle_dec _ _) || destruct (Rcase_abs _)); lra.
Qed.

(* (f - t)^+ *)
Lemma lipschitz_excess (d : nat) (L t : R) (f : space d -> R) : lipschitz d L f ->
  lipschitz d L (fun z => Rmax 0 (f z - t)).
Proof.
  intros F z w. apply Rle_trans with (1 := excess_contracts _ _ t). apply F.
Qed.

Lemma lipschitz_positive_part (d : nat) (L : R) (f : space d -> R) : lipschitz d L f ->
  lipschitz d L (fun z => Rmax 0 (f z)).
Proof.
  intros F z w. specialize (F z w). revert F. unfold Rmax, Rabs.
  repeat (destruct (Rle_dec _ _) || destruct (Rcase_abs _)); lra.
Qed.

Lemma lipschitz_capped (d : nat) (L T : R) (f : space d -> R) : 0 <= L -> lipschitz d L f ->
  lipschitz d L (fun z => Rmin (f z) T).
Proof.
  intros HL F. apply lipschitz_min; [exact F|].
  apply lipschitz_weaken with (1 := HL). apply lipschitz_constant.
Qed.

(* min(1, n f^+) *)
Lemma lipschitz_ramp (d : nat) (L : R) (n : nat) (f : space d -> R) : 0 <= L ->
  lipschitz d L f -> lipschitz d (INR n * L) (fun z => Rmin 1 (INR n * Rmax 0 (f z))).
Proof.
  intros HL F. assert (N := pos_INR n). assert (0 <= INR n * L) by now apply Rmult_le_pos.
  apply lipschitz_min.
  - apply lipschitz_weaken with (L := 0); [assumption|apply lipschitz_constant].
  - apply lipschitz_multiple; [exact N|]. now apply lipschitz_positive_part.
Qed.

(* ---- Integrability at infinity: E (f - T)^+ -> 0 ---- *)

Lemma distance_fibre (d : nat) (x : R) (y y' : space d) :
  distance (S d) (x, y) (x, y') = distance d y y'.
Proof. unfold distance. simpl. f_equal. ring. Qed.

Lemma distance_axis (d : nat) (x x' : R) (y : space d) :
  distance (S d) (x, y) (x', y) = Rabs (x - x').
Proof.
  assert (Z : forall e (z : space e), square_distance e z z = 0).
  { induction e as [|e IH]; intro z; simpl; [reflexivity|]. rewrite IH. ring. }
  unfold distance. simpl. rewrite Z, Rplus_0_r, Rmult_1_r. apply sqrt_Rsqr_abs.
Qed.

Lemma lipschitz_fibre (d : nat) (L x : R) (f : space (S d) -> R) : lipschitz (S d) L f ->
  lipschitz d L (fun y => f (x, y)).
Proof. intros F y y'. rewrite <- (distance_fibre d x). apply F. Qed.

Lemma expectation_excess (L T : R) : 0 < T ->
  tame (fun x => Rmax 0 (L * Rabs x - T)) /\
  expectation (fun x => Rmax 0 (L * Rabs x - T)) <= L ^ 2 / T.
Proof.
  intro HT.
  assert (A : tame (fun x => Rmax 0 (L * Rabs x - T))).
  { apply (tame_lipschitz _ (Rabs L)). intros x y. rewrite <- Rabs_mult.
    apply Rle_trans with (Rabs (L * Rabs x - L * Rabs y)).
    - apply excess_contracts.
    - rewrite <- Rmult_minus_distr_l, !Rabs_mult. apply Rmult_le_compat_l; [apply Rabs_pos|].
      apply Rabs_triang_inv2. }
  split; [exact A|].
  assert (B : tame (fun x => x ^ 2)) by (apply tame_pow, tame_id).
  replace (L ^ 2 / T) with (L ^ 2 / T * expectation (fun x => x ^ 2))
    by (rewrite expectation_square; ring).
  rewrite <- expectation_scal by exact B.
  apply expectation_le; [exact A|now apply tame_scal|]. intro x.
  assert (S : Rabs x * Rabs x = x ^ 2) by (unfold Rabs; destruct (Rcase_abs x); ring).
  rewrite <- S. replace (L ^ 2 / T * (Rabs x * Rabs x)) with ((L * Rabs x) ^ 2 / T) by (field; lra).
  set (a := L * Rabs x). apply Rmax_lub.
  - apply Rle_mult_inv_pos; [apply pow2_ge_0|exact HT].
  - apply Rmult_le_reg_r with T; [exact HT|]. replace (a ^ 2 / T * T) with (a ^ 2) by (field; lra).
    assert (0 <= (a - T) ^ 2) by apply pow2_ge_0. assert (0 <= a ^ 2) by apply pow2_ge_0. nra.
Qed.

(* (f(x, y) - 2T)^+ <= (f(0, y) - T)^+ + (L |x| - T)^+, coordinate by coordinate. *)
Lemma expect_excess (d : nat) : forall (L : R) (f : space d -> R), 0 <= L -> lipschitz d L f ->
  forall e, 0 < e -> exists T0, forall T, T0 <= T -> expect d (fun z => Rmax 0 (f z - T)) <= e.
Proof.
  induction d as [|d IH]; intros L f HL F e He.
  - exists (f tt). intros T HT. simpl. rewrite Rmax_left; lra.
  - destruct (IH L (fun y => f (0, y)) HL (lipschitz_fibre d L 0 f F) (e / 2) ltac:(lra))
      as [T1 H1].
    assert (P : 0 <= 2 * L ^ 2 / e).
    { apply Rle_mult_inv_pos; [|exact He]. assert (X := pow2_ge_0 L). lra. }
    exists (2 * Rmax (2 * L ^ 2 / e) T1 + 2). intros T HT.
    assert (M1 := Rmax_l (2 * L ^ 2 / e) T1). assert (M2 := Rmax_r (2 * L ^ 2 / e) T1).
    set (M := Rmax (2 * L ^ 2 / e) T1) in *. set (t := T / 2).
    assert (Ht : M + 1 <= t) by (unfold t; lra).
    destruct (expectation_excess L t ltac:(lra)) as [A B].
    specialize (H1 t ltac:(lra)). simpl.
    set (c := expect d (fun y => Rmax 0 (f (0, y) - t))) in *.
    assert (C : L ^ 2 / t <= e / 2).
    { apply Rmult_le_reg_r with t; [lra|]. replace (L ^ 2 / t * t) with (L ^ 2) by (field; lra).
      replace (L ^ 2) with (e / 2 * (2 * L ^ 2 / e)) by (field; lra).
      apply Rmult_le_compat_l; lra. }
    assert (G : lipschitz (S d) L (fun z => Rmax 0 (f z - T))) by now apply lipschitz_excess.
    apply Rle_trans with (expectation (fun x => c + Rmax 0 (L * Rabs x - t))).
    + apply expectation_le.
      * apply (tame_lipschitz _ L). now apply (expect_lipschitz d L (fun z => Rmax 0 (f z - T))).
      * apply tame_plus; [apply tame_const|exact A].
      * intro x. unfold c.
        rewrite <- (expect_const d (Rmax 0 (L * Rabs x - t))).
        rewrite <- (expect_plus d _ _ L 0);
          [|now apply (lipschitz_excess d L t), lipschitz_fibre|apply lipschitz_constant].
        apply (expect_le d _ _ L (L + 0)).
        -- now apply (lipschitz_fibre d L x (fun z => Rmax 0 (f z - T))).
        -- apply lipschitz_sum; [|apply lipschitz_constant].
           now apply (lipschitz_excess d L t), lipschitz_fibre.
        -- intro y. specialize (F (x, y) (0, y)). rewrite distance_axis, Rminus_0_r in F.
           apply Rabs_le_between in F. unfold t in *.
           assert (X1 := Rmax_l 0 (f (0, y) - T / 2)). assert (X2 := Rmax_r 0 (f (0, y) - T / 2)).
           assert (Y1 := Rmax_l 0 (L * Rabs x - T / 2)).
           assert (Y2 := Rmax_r 0 (L * Rabs x - T / 2)).
           apply Rmax_lub; lra.
    + rewrite expectation_plus; [|apply tame_const|exact A]. rewrite expectation_const. lra.
Qed.

(* ---- Laws ---- *)

(* What is used of the expectation E under a law on R^d: a positive linear functional on Lipschitz
   functions with E 1 = 1, and E (f - T)^+ -> 0 as T grows. *)
Definition law (d : nat) (E : (space d -> R) -> R) : Prop :=
  (forall c, E (fun _ => c) = c) /\
  (forall f g L M, lipschitz d L f -> lipschitz d M g -> E (fun z => f z + g z) = E f + E g) /\
  (forall c f L, lipschitz d L f -> E (fun z => c * f z) = c * E f) /\
  (forall f g L M, lipschitz d L f -> lipschitz d M g -> (forall z, f z <= g z) -> E f <= E g) /\
  (forall f L e, 0 <= L -> lipschitz d L f -> 0 < e ->
    exists T0, forall T, T0 <= T -> E (fun z => Rmax 0 (f z - T)) <= e).

(* P[u > 0], u continuous, as [mass_positive] is for N(0, I). *)
Definition law_mass (d : nat) (E : (space d -> R) -> R) (u : space d -> R) : R :=
  real (Sup_seq (fun n => E (fun z => Rmin 1 (INR n * Rmax 0 (u z))))).

(* The isoperimetric inequality with the constant L. *)
Definition isoperimetric_law (d : nat) (E : (space d -> R) -> R) (L : R) : Prop :=
  forall u tau, lipschitz d 1 u -> 0 <= tau -> 0 < law_mass d E u < 1 ->
    law_mass d E (fun z => u z - tau) <= Phi (Phi_inv (law_mass d E u) - tau / L).

Theorem gaussian_law (d : nat) : law d (expect d).
Proof.
  repeat split.
  - apply expect_const.
  - intros f g L M. apply expect_plus.
  - intros c f L. apply expect_scal.
  - intros f g L M. apply expect_le.
  - intros f L e HL F He. now apply (expect_excess d L f).
Qed.

Theorem gaussian_isoperimetric (d : nat) : isoperimetric_law d (expect d) 1.
Proof. intros u tau. unfold Rdiv. rewrite Rinv_1, Rmult_1_r. apply gaussian_isoperimetry. Qed.

Lemma lipschitz_ext (d : nat) (L : R) (f g : space d -> R) : (forall z, f z = g z) ->
  lipschitz d L f -> lipschitz d L g.
Proof. intros H F z w. rewrite <- !H. apply F. Qed.

Lemma law_ext (d : nat) (E : (space d -> R) -> R) (L : R) (f g : space d -> R) : law d E ->
  lipschitz d L f -> (forall z, f z = g z) -> E f = E g.
Proof.
  intros A F H. assert (G := lipschitz_ext d L f g H F). destruct A as [_ [_ [_ [O _]]]].
  apply Rle_antisym; apply (O _ _ L L); trivial; intro z; rewrite H; lra.
Qed.

Lemma law_slope_le_1 (d : nat) (E : (space d -> R) -> R) (L : R) (u : space d -> R) (n : nat) :
  law d E -> lipschitz d L u -> E (fun z => Rmin 1 (INR n * Rmax 0 (u z))) <= 1.
Proof.
  intros [C [_ [_ [O _]]]] U. apply Rle_trans with (E (fun _ => 1)); [|rewrite C; lra].
  apply (O _ _ _ 0 (slope_lipschitz d u L n U) (lipschitz_constant d 1)). intro z. apply Rmin_l.
Qed.

Lemma law_slope_le (d : nat) (E : (space d -> R) -> R) (L : R) (u : space d -> R) (n : nat) :
  law d E -> lipschitz d L u -> E (fun z => Rmin 1 (INR n * Rmax 0 (u z))) <= law_mass d E u.
Proof.
  intros A U. apply (Sup_bounded (fun n => E (fun z => Rmin 1 (INR n * Rmax 0 (u z)))) 1).
  intro m. now apply (law_slope_le_1 d E L).
Qed.

Lemma law_mass_le (d : nat) (E : (space d -> R) -> R) (u : space d -> R) (C : R) :
  (forall n, E (fun z => Rmin 1 (INR n * Rmax 0 (u z))) <= C) -> law_mass d E u <= C.
Proof. intro H. now apply (Sup_bounded (fun n => E (fun z => Rmin 1 (INR n * Rmax 0 (u z))))). Qed.

(* Bounds of E min(f, T) for large T are bounds of E f. *)
Lemma law_le_of_capped (d : nat) (E : (space d -> R) -> R) (L : R) (f : space d -> R) (C : R) :
  law d E -> 0 <= L -> lipschitz d L f ->
  (forall T0, exists T, T0 <= T /\ E (fun z => Rmin (f z) T) <= C) -> E f <= C.
Proof.
  intros A HL F H. assert (A' := A). destruct A' as [_ [P [_ [_ X]]]].
  apply le_epsilon. intros e He.
  destruct (X f L e HL F He) as [T0 H0]. destruct (H T0) as [T [HT HC]].
  specialize (H0 T HT).
  rewrite (law_ext d E L f (fun z => Rmin (f z) T + Rmax 0 (f z - T)) A F).
  - rewrite (P _ _ L L); [lra|now apply lipschitz_capped|now apply lipschitz_excess].
  - intro z. unfold Rmin, Rmax. destruct (Rle_dec (f z) T), (Rle_dec 0 (f z - T)); lra.
Qed.

(* ---- The layers ---- *)

(* min(1, m (f - k/m)^+) *)
Definition layer (d : nat) (f : space d -> R) (m k : nat) (z : space d) : R :=
  Rmin 1 (INR m * Rmax 0 (f z - INR k / INR m)).

Lemma layer_lipschitz (d : nat) (L : R) (f : space d -> R) (m k : nat) : 0 <= L ->
  lipschitz d L f -> lipschitz d (INR m * L) (layer d f m k).
Proof. intros HL F. apply lipschitz_ramp; [exact HL|]. now apply lipschitz_shift. Qed.

Lemma add_layer (d : nat) (f : space d -> R) (m k : nat) (z : space d) : (0 < m)%nat ->
  Rmin (f z) (INR (S k) / INR m) = Rmin (f z) (INR k / INR m) + / INR m * layer d f m k z.
Proof.
  intro Hm. assert (M : 0 < INR m) by now apply lt_0_INR.
  assert (D : 0 < / INR m) by now apply Rinv_0_lt_compat.
  unfold layer. rewrite S_INR. set (t := INR k / INR m).
  replace ((INR k + 1) / INR m) with (t + / INR m) by (unfold t; field; lra).
  set (y := f z - t). assert (E : f z = t + y) by (unfold y; ring). rewrite E.
  assert (X : / INR m * Rmin 1 (INR m * Rmax 0 y) = Rmin (/ INR m) (Rmax 0 y)).
  { set (v := Rmax 0 y). destruct (Rle_dec (/ INR m) v) as [H|H].
    - rewrite (Rmin_left (/ INR m)) by exact H. rewrite Rmin_left; [ring|].
      apply Rmult_le_reg_l with (/ INR m); [exact D|].
      replace (/ INR m * (INR m * v)) with v by (field; lra). lra.
    - rewrite (Rmin_right (/ INR m)) by lra. rewrite Rmin_right; [field; lra|].
      apply Rmult_le_reg_l with (/ INR m); [exact D|].
      replace (/ INR m * (INR m * v)) with v by (field; lra). lra. }
  rewrite X. revert D. generalize (/ INR m). intros h D. unfold Rmin, Rmax.
  repeat destruct (Rle_dec _ _); lra.
Qed.

(* If T majorizes the layers and delta T(x + delta) <= H(x + delta) - H(x), H <= C:
   E f <= C - H(0). *)
Theorem layer_cake (d : nat) (E : (space d -> R) -> R) (L : R) (f : space d -> R) (T H : R -> R)
  (C : R) : law d E -> 0 <= L -> lipschitz d L f -> (forall z, 0 <= f z) ->
  (forall m k, (0 < m)%nat -> E (layer d f m k) <= T (INR k / INR m)) -> T 0 <= 1 ->
  (forall x h, 0 <= x -> 0 < h -> h * T (x + h) <= H (x + h) - H x) ->
  (forall x, 0 <= x -> H x <= C) -> E f <= C - H 0.
Proof.
  intros W HL F P B T1 K HC. assert (W' := W). destruct W' as [WC [WP [WS _]]].
  assert (A : forall m n, (0 < m)%nat ->
    E (fun z => Rmin (f z) (INR (S n) / INR m)) <= / INR m + H (INR n / INR m) - H 0).
  { intros m n Hm. assert (M : 0 < INR m) by now apply lt_0_INR.
    assert (D : 0 < / INR m) by now apply Rinv_0_lt_compat.
    assert (G : forall k, E (fun z => Rmin (f z) (INR (S k) / INR m))
      <= E (fun z => Rmin (f z) (INR k / INR m)) + / INR m * T (INR k / INR m)).
    { intro k. rewrite (law_ext d E L _ _ W (lipschitz_capped d L _ f HL F)
        (fun z => add_layer d f m k z Hm)).
      assert (Y := layer_lipschitz d L f m k HL F).
      rewrite (WP _ _ L (/ INR m * (INR m * L)));
        [|now apply lipschitz_capped|apply lipschitz_multiple; [lra|exact Y]].
      rewrite (WS _ _ _ Y). apply Rplus_le_compat_l, Rmult_le_compat_l; [lra|].
      now apply B. }
    induction n as [|n IH].
    - specialize (G 0%nat). simpl (INR 0) in G.
      replace (0 / INR m) with 0 in * by (field; lra).
      rewrite (law_ext d E L (fun z => Rmin (f z) 0) (fun _ => 0) W (lipschitz_capped d L 0 f HL F))
        in G by (intro z; apply Rmin_right, P).
      rewrite WC in G. simpl (INR 0). replace (0 / INR m) with 0 by (field; lra). nra.
    - specialize (G (S n)).
      assert (X : 0 <= INR n / INR m) by (apply Rle_mult_inv_pos; [apply pos_INR|exact M]).
      specialize (K (INR n / INR m) (/ INR m) X D).
      replace (INR n / INR m + / INR m) with (INR (S n) / INR m) in K
        by (rewrite S_INR; field; lra). lra. }
  apply le_epsilon. intros e He.
  destruct (archimed_cor1 e He) as [m [Hm1 Hm]].
  assert (M : 0 < INR m) by now apply lt_0_INR.
  apply (law_le_of_capped d E L f _ W HL F). intro T0.
  destruct (nfloor_ex (Rmax 0 (T0 * INR m)) (Rmax_l _ _)) as [n [_ Hn]].
  assert (Y := Rmax_r 0 (T0 * INR m)). exists (INR (S n) / INR m). split.
  - apply Rmult_le_reg_r with (INR m); [exact M|].
    replace (INR (S n) / INR m * INR m) with (INR (S n)) by (field; lra).
    rewrite S_INR. lra.
  - apply Rle_trans with (1 := A m n Hm).
    assert (X := HC (INR n / INR m) ltac:(apply Rle_mult_inv_pos; [apply pos_INR|exact M])). lra.
Qed.

(* ---- The bound for one class ---- *)

(* F(a - x) - F(a - x - h) >= h Phi(a - x - h): F' = Phi increases. *)
Lemma primitive_step (a h : R) : 0 <= h -> h * Phi a <= primitive (a + h) - primitive a.
Proof.
  intro Hh. destruct (mean_value primitive Phi a (a + h) ltac:(lra) (fun x _ => primitive_d x))
    as [c [Hc E]]. rewrite E. replace (a + h - a) with h by ring. rewrite Rmult_comm.
  apply Rmult_le_compat_r; [exact Hh|]. destruct (Req_dec a c) as [->|N]; [lra|].
  left. apply Phi_incr. lra.
Qed.

Lemma layer_isoperimetric (d : nat) (E : (space d -> R) -> R) (L : R) (u : space d -> R)
  (m k : nat) : law d E -> isoperimetric_law d E L -> lipschitz d 1 u -> 0 < law_mass d E u < 1 ->
  (0 < m)%nat -> E (layer d u m k) <= Phi (Phi_inv (law_mass d E u) - INR k / INR m / L).
Proof.
  intros A I F M Hm. assert (0 < INR m) by now apply lt_0_INR.
  apply Rle_trans with (law_mass d E (fun z => u z - INR k / INR m)).
  - apply (law_slope_le d E 1 (fun z => u z - INR k / INR m) m A). now apply lipschitz_shift.
  - apply I; trivial. apply Rle_mult_inv_pos; [apply pos_INR|assumption].
Qed.

(* E u <= L f(p), p = P[u > 0], for u = the distance to the complement of a class. *)
Theorem law_distance_le (d : nat) (E : (space d -> R) -> R) (L : R) (u : space d -> R) :
  law d E -> 0 < L -> isoperimetric_law d E L -> lipschitz d 1 u -> (forall z, 0 <= u z) ->
  0 < law_mass d E u < 1 -> E u <= L * integrated_tail (law_mass d E u).
Proof.
  intros A HL I F P M. rewrite <- primitive_Phi_inv by exact M.
  set (a := Phi_inv (law_mass d E u)).
  replace (L * primitive a) with (0 - - (L * primitive (a - 0 / L)))
    by (unfold Rdiv; rewrite Rmult_0_l, Rminus_0_r; ring).
  apply (layer_cake d E 1 u (fun x => Phi (a - x / L)) (fun x => - (L * primitive (a - x / L))) 0 A);
    [lra|exact F|exact P| | | |].
  - intros m k Hm. now apply layer_isoperimetric.
  - left. apply Phi_lt_1.
  - intros x h Hx Hh. assert (H : 0 <= h / L) by (apply Rle_mult_inv_pos; lra).
    assert (S := primitive_step (a - (x + h) / L) (h / L) H).
    replace (a - (x + h) / L + h / L) with (a - x / L) in S by (field; lra).
    apply (Rmult_le_compat_l L) in S; [|lra].
    replace (L * (h / L * Phi (a - (x + h) / L))) with (h * Phi (a - (x + h) / L)) in S
      by (field; lra). lra.
  - intros x _. assert (X := primitive_pos (a - x / L)). nra.
Qed.
