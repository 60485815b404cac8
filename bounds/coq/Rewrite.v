(* The rewrite of the talk: f(p) <= p * gamma(p), exactly for p <= p_c = 0.844466940417...

   f(p) = p Phi^{-1}(p) + phi(Phi^{-1}(p)) is what one class of mass p can contribute to the
   expected radius, and gamma(x) = ln(4 PI ln(1/x)) / sqrt(2 ln(1/x)).

   The talk asks for p <= 1/5 (theorem [rewrite_fifth]). Theorem [rewrite_exact]: the inequality
   holds for p <= [rewrite_threshold] and fails beyond; [rewrite_threshold_bounds] encloses that
   number by 0.844466 and 0.844467.

   With p = Q(t) and u = -ln Q(t), the inequality reads  lam(t) - t <= Gamma(u),  where
   Gamma(u) = ln(4 PI u) / sqrt(2u) increases up to u = e^2/(4 PI) and decreases afterwards.

   - Before the maximum of Gamma the left side falls and the right side rises with t: they cross
     once, between two numbers where the sign is computed.
   - After it, Birnbaum's bound lam(t) < (t + sqrt(t^2 + 4)) / 2 bounds lam(t) - t and u from
     above by elementary functions of t; what remains is an elementary inequality, by interval
     arithmetic for t <= 4 and by hand beyond. *)
From Coq Require Import Reals Lra Psatz.
From Coquelicot Require Import Coquelicot.
From Interval Require Import Tactic.
From ClassRadius Require Import Gamma Normal Tail.
Open Scope R_scope.

(* ---- Thresholds ---- *)

(* The largest number with a property. *)
Definition largest (S : R -> Prop) : R := real (Lub_Rbar S).

Lemma largest_unique (S : R -> Prop) (c : R) : S c -> (forall x, S x -> x <= c) -> largest S = c.
Proof.
  intros C M. unfold largest. rewrite (is_lub_Rbar_unique _ c); [reflexivity|]. split.
  - intros x X. simpl. now apply M.
  - intros b B. now apply B.
Qed.

(* A zero between two numbers where the sign changes. *)
Lemma zero_between (f : R -> R) (a b : R) : (forall x, ex_derive f x) -> a < b -> f a < 0 -> 0 < f b ->
  exists c, a < c < b /\ f c = 0.
Proof.
  intros D L A B. destruct (IVT f a b) as [c [C E]]; trivial.
  - intro x. apply derivable_continuous_pt. now apply ex_derive_Reals_0.
  - exists c. split; [|exact E].
    assert (c <> a) by (intros ->; lra). assert (c <> b) by (intros ->; lra). lra.
Qed.

(* ---- From p to t ---- *)

Lemma Q_of_Phi_inv (p : R) : 0 < p < 1 -> Q (- Phi_inv p) = p.
Proof. intro Hp. rewrite <- Phi_opp, Ropp_involutive. now apply Phi_inv_spec. Qed.

Lemma Q_le_inv (s t : R) : Q s <= Q t -> t <= s.
Proof.
  intro H. destruct (Rle_dec t s) as [|N]; [assumption|].
  assert (L := Q_decr s t ltac:(lra)). lra.
Qed.

Lemma integrated_tail_Q (t : R) : integrated_tail (Q t) = Q t * (lam t - t).
Proof.
  assert (HQ := Q_pos t).
  unfold integrated_tail. rewrite <- Phi_opp, Phi_inv_Phi, phi_sym, Phi_opp.
  unfold lam. field. lra.
Qed.

Lemma gamma_Q (t : R) : gamma (Q t) = Gamma_of_entropy (- ln (Q t)).
Proof.
  assert (HQ := Q_pos t). unfold gamma, Gamma_of_entropy.
  replace (ln (1 / Q t)) with (- ln (Q t)); [reflexivity|].
  unfold Rdiv. rewrite Rmult_1_l, ln_Rinv; trivial.
Qed.

Lemma minus_ln_Q_pos (t : R) : 0 < - ln (Q t).
Proof. assert (L := ln_increasing _ _ (Q_pos t) (Q_lt_1 t)). rewrite ln_1 in L. lra. Qed.

Lemma excess_decr (s t : R) : s <= t -> lam t - t <= lam s - s.
Proof.
  intro H. destruct (Req_dec s t) as [->|N]; [lra|].
  assert (L := g_of_t_decr s t ltac:(lra)). unfold g_of_t in L. lra.
Qed.

(* ---- Gamma rises up to e^2/(4 PI) and falls afterwards ---- *)

Definition Gamma_slope (u : R) : R := (2 - ln (4 * PI * u)) / (2 * u * sqrt (2 * u)).

Lemma Gamma_d (u : R) : 0 < u -> is_derive Gamma_of_entropy u (Gamma_slope u).
Proof.
  intro U. assert (HP := PI_RGT_0).
  assert (S : 0 < sqrt (2 * u)) by (apply sqrt_lt_R0; lra).
  unfold Gamma_of_entropy. auto_derive.
  - repeat split; try lra. nra.
  - unfold Gamma_slope. set (s := sqrt (2 * u)) in *.
    assert (E : s * s = 2 * u) by (apply sqrt_sqrt; lra).
    assert (E' : u = s * s / 2) by lra.
    generalize (ln (4 * PI * u)); intro l. rewrite E'. field. repeat split; lra.
Qed.

Lemma Gamma_MVT (u v : R) : 0 < u <= v ->
  exists c, u <= c <= v /\
    Gamma_of_entropy v - Gamma_of_entropy u = Gamma_slope c * (v - u).
Proof.
  intro H. destruct (MVT_gen Gamma_of_entropy u v Gamma_slope) as [c [Hc E]].
  - intros z Hz. rewrite Rmin_left, Rmax_right in Hz by lra. apply Gamma_d; lra.
  - intros z Hz. rewrite Rmin_left, Rmax_right in Hz by lra.
    apply derivable_continuous_pt. exists (Gamma_slope z).
    apply is_derive_Reals, Gamma_d; lra.
  - rewrite Rmin_left, Rmax_right in Hc by lra. now exists c.
Qed.

Lemma ln_le_2 (u : R) : 0 < u -> u <= exp 2 / (4 * PI) -> ln (4 * PI * u) <= 2.
Proof.
  intros U H. assert (HP := PI_RGT_0). rewrite <- (ln_exp 2).
  apply ln_le; [nra|]. apply Rmult_le_compat_l with (r := 4 * PI) in H; [|lra].
  field_simplify in H; lra.
Qed.

Lemma ln_ge_2 (u : R) : exp 2 / (4 * PI) <= u -> 2 <= ln (4 * PI * u).
Proof.
  intro H. assert (HP := PI_RGT_0). rewrite <- (ln_exp 2) at 1.
  apply ln_le; [apply exp_pos|]. apply Rmult_le_compat_l with (r := 4 * PI) in H; [|lra].
  field_simplify in H; lra.
Qed.

Lemma Gamma_slope_denominator_pos (u : R) : 0 < u -> 0 < 2 * u * sqrt (2 * u).
Proof. intro U. apply Rmult_lt_0_compat; [lra|]. apply sqrt_lt_R0; lra. Qed.

Lemma Gamma_rises (u v : R) : 0 < u <= v -> v <= exp 2 / (4 * PI) ->
  Gamma_of_entropy u <= Gamma_of_entropy v.
Proof.
  intros H V. destruct (Gamma_MVT u v H) as [c [Hc E]].
  assert (0 <= Gamma_slope c); [|nra].
  apply Rle_mult_inv_pos; [|apply Gamma_slope_denominator_pos; lra].
  assert (L := ln_le_2 c ltac:(lra) ltac:(lra)). lra.
Qed.

Lemma peak_pos : 0 < exp 2 / (4 * PI).
Proof. assert (HP := PI_RGT_0). apply Rdiv_lt_0_compat; [apply exp_pos|lra]. Qed.

Lemma Gamma_falls (u v : R) : exp 2 / (4 * PI) <= u <= v ->
  Gamma_of_entropy v <= Gamma_of_entropy u.
Proof.
  intro H. assert (HP := peak_pos).
  destruct (Gamma_MVT u v ltac:(lra)) as [c [Hc E]].
  assert (0 <= - Gamma_slope c); [|nra].
  unfold Gamma_slope. replace (- _) with
    ((ln (4 * PI * c) - 2) / (2 * c * sqrt (2 * c))) by (unfold Rdiv; ring).
  apply Rle_mult_inv_pos; [|apply Gamma_slope_denominator_pos; lra].
  assert (L := ln_ge_2 c ltac:(lra)). lra.
Qed.

(* ---- Before the maximum: one crossing ---- *)

Definition rewrite_gap (t : R) : R := lam t - t - Gamma_of_entropy (- ln (Q t)).

Lemma rewrite_gap_derivable (t : R) : ex_derive rewrite_gap t.
Proof.
  assert (HQ := Q_pos t). assert (U := minus_ln_Q_pos t).
  apply (ex_derive_minus (fun t => lam t - t) (fun t => Gamma_of_entropy (- ln (Q t)))).
  - eexists. apply g_of_t_d.
  - apply (ex_derive_comp Gamma_of_entropy (fun t => - ln (Q t))).
    + eexists. now apply Gamma_d.
    + auto_derive. repeat split; trivial. eexists. apply Q_d.
Qed.

Lemma minus_ln_Q_incr (s t : R) : s <= t -> - ln (Q s) <= - ln (Q t).
Proof.
  intro L. apply Ropp_le_contravar, ln_le; [apply Q_pos|].
  destruct (Req_dec s t) as [->|N]; [lra|]. left. apply Q_decr. lra.
Qed.

Lemma gap_falls_before_peak (s t : R) : s < t -> - ln (Q t) <= exp 2 / (4 * PI) ->
  rewrite_gap t < rewrite_gap s.
Proof.
  intros L U. assert (E := g_of_t_decr s t L). unfold g_of_t in E.
  assert (G := Gamma_rises (- ln (Q s)) (- ln (Q t))
    (conj (minus_ln_Q_pos s) (minus_ln_Q_incr s t ltac:(lra))) U).
  unfold rewrite_gap. lra.
Qed.

(* Q at a negative point, as one integral of an elementary function from 0. *)
Lemma Q_opp (a : R) : Q (- a) = 1 / 2 + RInt (fun x => exp (- (x * x) / 2) / sqrt (2 * PI)) 0 a.
Proof. assert (E := Phi_opp (- a)). rewrite Ropp_involutive in E. rewrite <- E. reflexivity. Qed.

(* The crossing lies between the two. *)
Definition left_of_crossing : R := - (10129876 / 10000000).
Definition right_of_crossing : R := - (1012987 / 1000000).

Lemma Q_left_of_crossing : 844466957 / 1000000000 <= Q left_of_crossing <= 844466959 / 1000000000.
Proof. unfold left_of_crossing. rewrite Q_opp. split; integral with (i_prec 60, i_fuel 200). Qed.

Lemma Q_right_of_crossing : 844466814 / 1000000000 <= Q right_of_crossing <= 844466815 / 1000000000.
Proof. unfold right_of_crossing. rewrite Q_opp. split; integral with (i_prec 60, i_fuel 200). Qed.

Lemma gap_left_of_crossing : 0 < rewrite_gap left_of_crossing.
Proof.
  assert (H := Q_left_of_crossing). unfold rewrite_gap, lam, Gamma_of_entropy.
  set (q := Q left_of_crossing) in *. unfold phi, left_of_crossing. interval with (i_prec 60).
Qed.

Lemma gap_right_of_crossing : rewrite_gap right_of_crossing < 0.
Proof.
  assert (H := Q_right_of_crossing). unfold rewrite_gap, lam, Gamma_of_entropy.
  set (q := Q right_of_crossing) in *. unfold phi, right_of_crossing. interval with (i_prec 60).
Qed.

Lemma crossing : exists c, left_of_crossing < c < right_of_crossing /\ rewrite_gap c = 0.
Proof.
  destruct (zero_between (fun t => - rewrite_gap t) left_of_crossing right_of_crossing) as [c [C E]].
  - intro x. apply (ex_derive_opp rewrite_gap), rewrite_gap_derivable.
  - unfold left_of_crossing, right_of_crossing. lra.
  - assert (H := gap_left_of_crossing). lra.
  - assert (H := gap_right_of_crossing). lra.
  - exists c. split; [exact C|lra].
Qed.

(* Far left of the maximum still. *)
Lemma minus_ln_Q_crossing (t : R) : t <= right_of_crossing -> - ln (Q t) <= exp 2 / (4 * PI).
Proof.
  intro T. apply Rle_trans with (1 := minus_ln_Q_incr _ _ T). assert (H := Q_right_of_crossing).
  set (q := Q right_of_crossing) in *. apply Rle_trans with (1 / 2); interval.
Qed.

(* ---- After the maximum: Birnbaum's bound and an elementary inequality ---- *)

(* Birnbaum's bound on lam(t), and the upper bound on u = -ln Q(t) that follows from it. *)
Definition birnbaum (t : R) : R := (t + sqrt (t * t + 4)) / 2.
Definition entropy_above (t : R) : R := t * t / 2 + ln (sqrt (2 * PI)) + ln (birnbaum t).

Lemma birnbaum_pos (t : R) : 0 < birnbaum t.
Proof. apply Rlt_trans with (lam t); [apply lam_pos|apply lam_upper]. Qed.

Lemma ln_phi (t : R) : ln (phi t) = - (t * t / 2) - ln (sqrt (2 * PI)).
Proof.
  assert (HP := PI_RGT_0). assert (S : 0 < sqrt (2 * PI)) by (apply sqrt_lt_R0; lra).
  unfold phi, Rdiv at 1.
  rewrite ln_mult; [|apply exp_pos|now apply Rinv_0_lt_compat].
  rewrite ln_exp, ln_Rinv by exact S. lra.
Qed.

Lemma minus_ln_Q_le (t : R) : - ln (Q t) <= entropy_above t.
Proof.
  assert (HQ := Q_pos t). assert (Hphi := phi_pos t).
  assert (L : ln (lam t) <= ln (birnbaum t))
    by (apply ln_le; [apply lam_pos|left; apply lam_upper]).
  unfold lam, Rdiv in L. rewrite ln_mult, ln_Rinv, ln_phi in L; trivial.
  - unfold entropy_above. lra.
  - now apply Rinv_0_lt_compat.
Qed.

Lemma elementary_near (t : R) : - (11 / 10) <= t <= 4 ->
  birnbaum t - t <= Gamma_of_entropy (entropy_above t).
Proof.
  intro T.
  assert (0 <= Gamma_of_entropy (entropy_above t) - (sqrt (t * t + 4) - t) / 2).
  { unfold Gamma_of_entropy, entropy_above, birnbaum.
    interval with (i_bisect t, i_prec 40). }
  unfold birnbaum at 1. lra.
Qed.

Lemma birnbaum_far (t : R) : 4 <= t -> birnbaum t - t <= 1 / t.
Proof.
  intro T. assert (0 < 1 / t) by (apply Rdiv_lt_0_compat; lra).
  assert (E : t * (1 / t) = 1) by (field; lra).
  assert (sqrt (t * t + 4) <= t + 2 * (1 / t)); [|unfold birnbaum; lra].
  rewrite <- (sqrt_Rsqr (t + 2 * (1 / t))) by lra.
  apply sqrt_le_1_alt. unfold Rsqr. nra.
Qed.

Lemma entropy_above_far (t : R) : 4 <= t -> entropy_above t <= t * t.
Proof.
  intro T. assert (HP := PI_RGT_0).
  assert (S : 0 < sqrt (2 * PI)) by (apply sqrt_lt_R0; lra).
  assert (S3 : sqrt (2 * PI) <= 3) by interval.
  assert (B := birnbaum_far t T). assert (B0 := birnbaum_pos t).
  assert (I : 1 / t <= 1) by (apply Rmult_le_reg_r with t; [|field_simplify]; lra).
  assert (X := exp_ineq1 (t * t / 4) ltac:(nra)).
  assert (D : exp (t * t / 2) = exp (t * t / 4) * exp (t * t / 4))
    by (rewrite <- exp_plus; f_equal; field).
  assert (sqrt (2 * PI) * birnbaum t <= exp (t * t / 2)).
  { apply Rle_trans with (3 * (t + 1)).
    - apply Rmult_le_compat; lra.
    - rewrite D. generalize dependent (exp (t * t / 4)). intros E X _.
      assert ((1 + t * t / 4) * (1 + t * t / 4) <= E * E) by (apply Rmult_le_compat; nra).
      nra. }
  assert (L : ln (sqrt (2 * PI) * birnbaum t) <= t * t / 2).
  { rewrite <- (ln_exp (t * t / 2)). apply ln_le; [|assumption].
    now apply Rmult_lt_0_compat. }
  rewrite ln_mult in L; trivial. unfold entropy_above. lra.
Qed.

Lemma elementary_far (t : R) : 4 <= t -> 1 / t <= Gamma_of_entropy (t * t).
Proof.
  intro T. unfold Gamma_of_entropy.
  rewrite sqrt_mult_alt, sqrt_square by lra.
  assert (S : 0 < sqrt 2 <= 2) by (split; interval).
  assert (2 <= ln (4 * PI * (t * t))).
  { apply ln_ge_2. apply Rle_trans with (1 := ltac:(interval) : exp 2 / (4 * PI) <= 1). nra. }
  apply Rle_trans with (2 / (sqrt 2 * t)).
  - apply Rmult_le_reg_r with (sqrt 2 * t); [apply Rmult_lt_0_compat; lra|].
    field_simplify; lra.
  - apply Rmult_le_compat_r; [|assumption].
    left. apply Rinv_0_lt_compat, Rmult_lt_0_compat; lra.
Qed.

Lemma rewrite_after_peak (t : R) : right_of_crossing <= t -> exp 2 / (4 * PI) <= - ln (Q t) ->
  lam t - t <= Gamma_of_entropy (- ln (Q t)).
Proof.
  intros T U. assert (B := lam_upper t). fold (birnbaum t) in B.
  assert (A := minus_ln_Q_le t).
  destruct (Rle_dec t 4) as [N|F].
  - apply Rle_trans with (Gamma_of_entropy (entropy_above t)).
    + assert (E := elementary_near t ltac:(unfold right_of_crossing in T; lra)). lra.
    + now apply Gamma_falls.
  - assert (E := elementary_far t ltac:(lra)). assert (C := birnbaum_far t ltac:(lra)).
    apply Rle_trans with (Gamma_of_entropy (t * t)); [lra|].
    apply Gamma_falls. assert (D := entropy_above_far t ltac:(lra)). lra.
Qed.

(* ---- The theorems ---- *)

Lemma rewrite_gap_Q (t : R) : rewrite_gap t <= 0 <-> integrated_tail (Q t) <= Q t * gamma (Q t).
Proof.
  assert (HQ := Q_pos t). rewrite integrated_tail_Q, gamma_Q. unfold rewrite_gap. split; intro H.
  - apply Rmult_le_compat_l; lra.
  - apply Rmult_le_reg_l in H; lra.
Qed.

Lemma rewrite_gap_sign (c t : R) : left_of_crossing < c < right_of_crossing -> rewrite_gap c = 0 ->
  rewrite_gap t <= 0 <-> c <= t.
Proof.
  intros C Z. split; intro H.
  - destruct (Rle_dec c t) as [|N]; [assumption|exfalso].
    assert (F := gap_falls_before_peak t c ltac:(lra) (minus_ln_Q_crossing c ltac:(lra))). lra.
  - destruct (Rle_dec (- ln (Q t)) (exp 2 / (4 * PI))) as [B|B].
    + destruct (Req_dec c t) as [<-|N]; [lra|].
      assert (F := gap_falls_before_peak c t ltac:(lra) B). lra.
    + assert (right_of_crossing <= t).
      { destruct (Rle_dec right_of_crossing t) as [|N]; [assumption|exfalso].
        apply B, minus_ln_Q_crossing. lra. }
      assert (A := rewrite_after_peak t ltac:(lra) ltac:(lra)). unfold rewrite_gap. lra.
Qed.

(* p_c *)
Definition rewrite_threshold : R :=
  largest (fun p => 0 < p < 1 /\ integrated_tail p <= p * gamma p).

Lemma rewrite_in_p (c p : R) : left_of_crossing < c < right_of_crossing -> rewrite_gap c = 0 ->
  0 < p < 1 -> integrated_tail p <= p * gamma p <-> p <= Q c.
Proof.
  intros C Z Hp. assert (E := Q_of_Phi_inv p Hp). set (t := - Phi_inv p) in *. rewrite <- E.
  rewrite <- rewrite_gap_Q. rewrite (rewrite_gap_sign c t C Z). split; intro H.
  - destruct (Req_dec c t) as [->|N]; [lra|]. left. apply Q_decr. lra.
  - now apply Q_le_inv.
Qed.

Lemma rewrite_threshold_crossing : exists c, left_of_crossing < c < right_of_crossing /\
  rewrite_gap c = 0 /\ rewrite_threshold = Q c.
Proof.
  destruct crossing as [c [C Z]]. exists c. split; [exact C|]. split; [exact Z|].
  assert (A := Q_pos c). assert (B := Q_lt_1 c). apply largest_unique.
  - split; [lra|]. apply (rewrite_in_p c); trivial; lra.
  - intros p [Hp H]. now apply (rewrite_in_p c).
Qed.

Theorem rewrite_threshold_bounds : 844466 / 1000000 < rewrite_threshold < 844467 / 1000000.
Proof.
  destruct rewrite_threshold_crossing as [c [[C1 C2] [_ ->]]].
  assert (A := Q_decr _ _ C1). assert (B := Q_decr _ _ C2).
  assert (H := Q_left_of_crossing). assert (K := Q_right_of_crossing). lra.
Qed.

Theorem rewrite_exact (p : R) : 0 < p < 1 ->
  p * Phi_inv p + phi (Phi_inv p) <= p * gamma p <-> p <= rewrite_threshold.
Proof.
  intro Hp. destruct rewrite_threshold_crossing as [c [C [Z ->]]]. now apply rewrite_in_p.
Qed.

(* The talk's hypothesis. *)
Theorem rewrite_fifth (p : R) : 0 < p <= 1 / 5 ->
  p * Phi_inv p + phi (Phi_inv p) <= p * gamma p.
Proof. intro Hp. assert (B := rewrite_threshold_bounds). apply rewrite_exact; lra. Qed.
