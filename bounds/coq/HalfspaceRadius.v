(* The sharp function g(p) = f(p) / p: concave exactly on (0, p*], p* = 0.27311824866...

   g(Q t) = lam t - t, and the sign of g'' is that of the curvature of [Curvature]: with
   p* = Q t*, d^2g/dp^2 <= 0 exactly for p <= p* ([concavity_exact]). Then

   - [sum_le_halfspace_radius]: sum f(p_i) <= g(sum p_i^2) if max p <= p*, by the tangent at
     s = sum p_i^2;
   - [sum_le_halfspace_radius_free]: the same with nothing assumed of p if s <= s-hat = 0.198854338...,
     the largest s at which the tangent is above g at sqrt s ([tangency_exact]). As p_i <= sqrt s, it
     is enough that the tangent at s stays above g up to sqrt s. At s-hat it does: at p*, by
     concavity, at sqrt s-hat, where they meet, and between them, where g is convex. A tangent at a
     smaller s is steeper and lies above the tangent at s-hat.
   - [sum_le_line]: sum f(p_i) <= b + k s for every line b + k x above g on (0, max p]; the infimum
     over lines is the least concave majorant. *)
From Coq Require Import Reals Lra Psatz List ssreflect.
From Coquelicot Require Import Coquelicot.
From Interval Require Import Tactic.
From ClassRadius Require Import Gamma Normal Tail Profile Rewrite TalkThreshold Curvature.
Open Scope R_scope.

Definition halfspace_radius (p : R) : R := integrated_tail p / p.
Definition slope_of_t (t : R) : R := (1 - lam t * (lam t - t)) / phi t.
Definition halfspace_radius_d1 (p : R) : R := slope_of_t (- Phi_inv p).
Definition halfspace_radius_d2 (p : R) : R := curvature (- Phi_inv p) / phi (Phi_inv p) ^ 2.

Lemma halfspace_radius_Q (t : R) : halfspace_radius (Q t) = lam t - t.
Proof. unfold halfspace_radius. rewrite integrated_tail_Q. field. assert (H := Q_pos t). lra. Qed.

(* ---- Derivatives ---- *)

Lemma slope_of_t_d (t : R) : is_derive slope_of_t t (- (curvature t / phi t)).
Proof.
  assert (H := phi_pos t). unfold slope_of_t. auto_derive.
  - repeat split; try lra; eexists; [apply lam_d|apply lam_d|apply phi_d].
  - rewrite (is_derive_unique _ _ _ (lam_d t)) (is_derive_unique _ _ _ (phi_d t)).
    unfold curvature. field. lra.
Qed.

Theorem halfspace_radius_derivative (p : R) : 0 < p < 1 ->
  is_derive halfspace_radius p (halfspace_radius_d1 p).
Proof.
  intro Hp. assert (D := Phi_inv_d p Hp). assert (P := phi_pos (Phi_inv p)).
  assert (E := Q_of_Phi_inv p Hp). unfold halfspace_radius, integrated_tail. auto_derive.
  - repeat split; try lra; eexists; [exact D|apply phi_d|exact D].
  - rewrite (is_derive_unique _ _ _ D) (is_derive_unique _ _ _ (phi_d (Phi_inv p))).
    unfold halfspace_radius_d1, slope_of_t, lam. rewrite E phi_sym. field. lra.
Qed.

Theorem halfspace_radius_second_derivative (p : R) : 0 < p < 1 ->
  is_derive halfspace_radius_d1 p (halfspace_radius_d2 p).
Proof.
  intro Hp. assert (P := phi_pos (Phi_inv p)). unfold halfspace_radius_d1. evar_last.
  - apply (is_derive_comp slope_of_t (fun p => - Phi_inv p)); [apply slope_of_t_d|].
    apply: is_derive_opp. now apply Phi_inv_d.
  - unfold halfspace_radius_d2, opp, scal; simpl; unfold mult; simpl. rewrite phi_sym. field. lra.
Qed.

(* ---- p* ---- *)

Definition concavity_threshold : R := Q inflection.

Theorem concavity_threshold_bounds : 273118 / 1000000 < concavity_threshold < 273119 / 1000000.
Proof.
  destruct inflection_zero as [[A B] _]. assert (A' := Q_decr _ _ A). assert (B' := Q_decr _ _ B).
  assert (H := Q_before_inflection). assert (K := Q_after_inflection). unfold concavity_threshold. lra.
Qed.

Lemma inflection_of_mass (p : R) : 0 < p < 1 -> p <= concavity_threshold <-> inflection <= - Phi_inv p.
Proof.
  intro Hp. assert (E := Q_of_Phi_inv p Hp). unfold concavity_threshold. rewrite -{1}E. split; intro H.
  - now apply Q_le_inv.
  - destruct (Req_dec inflection (- Phi_inv p)) as [<-|N]; [lra|]. left. apply Q_decr. lra.
Qed.

(* g is concave on (0, p*], and nowhere beyond. *)
Theorem concavity_exact (p : R) : 0 < p < 1 ->
  halfspace_radius_d2 p <= 0 <-> p <= concavity_threshold.
Proof.
  intro Hp. rewrite (inflection_of_mass p Hp) -curvature_sign. unfold halfspace_radius_d2.
  assert (P := phi_pos (Phi_inv p)). assert (S : 0 < phi (Phi_inv p) ^ 2) by (apply pow_lt; lra).
  set (c := curvature (- Phi_inv p)). set (v := phi (Phi_inv p) ^ 2) in *.
  assert (E : c = c / v * v) by (field; lra). split; intro H; [nra|].
  apply Rmult_le_reg_r with v; lra.
Qed.

(* ---- Tangents, in the variable t ---- *)

Lemma slope_increases (s t : R) : inflection <= s -> s <= t -> slope_of_t s <= slope_of_t t.
Proof.
  intros S L. destruct (mean_value slope_of_t _ s t L (fun x _ => slope_of_t_d x)) as [c [C E]].
  assert (K := proj2 (curvature_sign c) ltac:(lra)). assert (P := phi_pos c).
  assert (0 <= - (curvature c / phi c)); [|nra].
  replace (- (curvature c / phi c)) with (- curvature c / phi c) by (field; lra).
  apply Rle_mult_inv_pos; lra.
Qed.

Lemma slope_decreases (s t : R) : t <= inflection -> s <= t -> slope_of_t t <= slope_of_t s.
Proof.
  intros T L. destruct (mean_value slope_of_t _ s t L (fun x _ => slope_of_t_d x)) as [c [C E]].
  assert (P := phi_pos c). assert (K : 0 <= curvature c).
  { destruct (Rle_dec (curvature c) 0) as [N|N]; [|lra]. apply curvature_sign in N.
    assert (c = inflection) by lra. destruct inflection_zero as [_ Z]. subst c. lra. }
  assert (0 <= curvature c / phi c) by (apply Rle_mult_inv_pos; lra). nra.
Qed.

(* The tangent at s less g, at x. *)
Definition tangent_gap (s x : R) : R := lam s - s + slope_of_t s * (Q x - Q s) - (lam x - x).

Lemma tangent_gap_d (s x : R) : is_derive (tangent_gap s) x (phi x * (slope_of_t x - slope_of_t s)).
Proof.
  assert (P := phi_pos x). unfold tangent_gap. auto_derive.
  - repeat split; eexists; [apply Q_d|apply lam_d].
  - rewrite (is_derive_unique _ _ _ (lam_d x)) (is_derive_unique _ _ _ (Q_d x)).
    generalize (slope_of_t s); intro k. unfold slope_of_t. field. lra.
Qed.

Lemma tangent_gap_rises (s x y : R) : x <= y ->
  (forall z, x <= z <= y -> slope_of_t s <= slope_of_t z) -> tangent_gap s x <= tangent_gap s y.
Proof.
  intros L H. destruct (mean_value _ _ x y L (fun z _ => tangent_gap_d s z)) as [c [C E]].
  assert (A := H c C). assert (P := phi_pos c).
  assert (0 <= phi c * (slope_of_t c - slope_of_t s)) by (apply Rmult_le_pos; lra). nra.
Qed.

Lemma tangent_gap_falls (s x y : R) : x <= y ->
  (forall z, x <= z <= y -> slope_of_t z <= slope_of_t s) -> tangent_gap s y <= tangent_gap s x.
Proof.
  intros L H. destruct (mean_value _ _ x y L (fun z _ => tangent_gap_d s z)) as [c [C E]].
  assert (A := H c C). assert (P := phi_pos c).
  assert (0 <= phi c * (slope_of_t s - slope_of_t c)) by (apply Rmult_le_pos; lra). nra.
Qed.

Lemma tangent_gap_same (s : R) : tangent_gap s s = 0.
Proof. unfold tangent_gap. ring. Qed.

(* Both on the concave side. *)
Lemma tangent_gap_concave (s x : R) : inflection <= s -> inflection <= x -> 0 <= tangent_gap s x.
Proof.
  intros S X. rewrite -(tangent_gap_same s). destruct (Rle_dec s x) as [L|L].
  - apply tangent_gap_rises; [exact L|]. intros z Z. apply slope_increases; lra.
  - apply tangent_gap_falls; [lra|]. intros z Z. apply slope_increases; lra.
Qed.

(* On the convex side: above g at both ends, so between. *)
Lemma tangent_gap_convex (s a x : R) : inflection <= s -> a <= x <= inflection ->
  0 <= tangent_gap s a -> 0 <= tangent_gap s x.
Proof.
  intros S X A. destruct (Rle_dec (slope_of_t s) (slope_of_t x)) as [L|L].
  - apply Rle_trans with (1 := A). apply tangent_gap_rises; [lra|]. intros z Z.
    assert (D := slope_decreases z x ltac:(lra) ltac:(lra)). lra.
  - apply Rle_trans with (1 := tangent_gap_concave s inflection S (Rle_refl _)).
    apply tangent_gap_falls; [lra|]. intros z Z.
    assert (D := slope_decreases x z ltac:(lra) ltac:(lra)). lra.
Qed.

(* A tangent at a smaller mass lies higher. *)
Lemma tangent_gap_moves (s r x : R) : inflection <= r -> r <= s -> x <= r ->
  tangent_gap r x <= tangent_gap s x.
Proof.
  intros R S X. assert (T := tangent_gap_concave s r ltac:(lra) R).
  assert (K := slope_increases r s R S).
  assert (L : Q r <= Q x) by (destruct (Req_dec x r) as [->|N]; [lra|]; left; apply Q_decr; lra).
  unfold tangent_gap in *.
  assert (0 <= (slope_of_t s - slope_of_t r) * (Q x - Q r)) by (apply Rmult_le_pos; lra). lra.
Qed.

(* ---- The tangent that meets g where its mass is the root ---- *)

(* The t of the mass sqrt (Q t). *)
Definition root_of_t (t : R) : R := - Phi_inv (sqrt (Q t)).
Definition root_gap (t : R) : R := tangent_gap t (root_of_t t).

Lemma sqrt_mass (s : R) : 0 < s < 1 -> s < sqrt s < 1 /\ sqrt s * sqrt s = s.
Proof.
  intro S. assert (E := sqrt_sqrt s ltac:(lra)). assert (P := sqrt_lt_R0 s (proj1 S)).
  split; [split; nra|exact E].
Qed.

Lemma Q_root (t : R) : Q (root_of_t t) = sqrt (Q t).
Proof.
  assert (S := sqrt_mass (Q t) (conj (Q_pos t) (Q_lt_1 t))). assert (P := Q_pos t).
  apply Q_of_Phi_inv. lra.
Qed.

Lemma root_of_t_le (t x : R) : Q x * Q x <= Q t -> root_of_t t <= x.
Proof.
  intro H. apply Q_le_inv. rewrite Q_root. assert (S := sqrt_sqrt (Q t) ltac:(left; apply Q_pos)).
  assert (P := sqrt_pos (Q t)). assert (P' := Q_pos x). nra.
Qed.

Lemma root_of_t_ge (t x : R) : Q t <= Q x * Q x -> x <= root_of_t t.
Proof.
  intro H. apply Q_le_inv. rewrite Q_root. assert (S := sqrt_sqrt (Q t) ltac:(left; apply Q_pos)).
  assert (P := sqrt_pos (Q t)). assert (P' := Q_pos x). nra.
Qed.

Lemma root_of_t_incr (s t : R) : s <= t -> root_of_t s <= root_of_t t.
Proof.
  intro L. apply root_of_t_le. rewrite Q_root sqrt_sqrt; [|left; apply Q_pos].
  destruct (Req_dec s t) as [->|N]; [lra|]. left. apply Q_decr. lra.
Qed.

Lemma root_of_t_below (t : R) : root_of_t t < t.
Proof.
  destruct (Rlt_dec (root_of_t t) t) as [|N]; [assumption|exfalso].
  assert (S := sqrt_mass (Q t) (conj (Q_pos t) (Q_lt_1 t))). rewrite -Q_root in S.
  destruct (Req_dec t (root_of_t t)) as [E|E]; [rewrite -E in S; lra|].
  assert (D := Q_decr t (root_of_t t) ltac:(lra)). lra.
Qed.

Lemma root_gap_derivable (t : R) : ex_derive root_gap t.
Proof.
  apply (ex_derive_ext (fun t =>
    lam t - t + slope_of_t t * (sqrt (Q t) - Q t) - halfspace_radius (sqrt (Q t)))).
  - intro x. unfold root_gap, tangent_gap.
    rewrite -(halfspace_radius_Q (root_of_t x)) Q_root. reflexivity.
  - assert (P := Q_pos t). assert (S := sqrt_mass (Q t) (conj P (Q_lt_1 t))). auto_derive.
    repeat split; try exact P; eexists;
      [apply lam_d|apply slope_of_t_d|apply Q_d|apply Q_d| |apply Q_d].
    apply halfspace_radius_derivative. lra.
Qed.

(* Where it is nonnegative, so are all gaps of smaller masses up to the root. *)
Lemma tangent_gap_free (c s x : R) : inflection <= c -> 0 <= root_gap c -> c <= s ->
  root_of_t c <= x -> 0 <= tangent_gap s x.
Proof.
  intros C G S X. destruct (Rle_dec inflection x) as [L|L]; [apply tangent_gap_concave; lra|].
  apply Rle_trans with (tangent_gap c x); [|apply tangent_gap_moves; lra].
  apply (tangent_gap_convex c (root_of_t c)); [exact C|lra|exact G].
Qed.

(* It vanishes between the two. *)
Definition tangency_left : R := 845719 / 1000000.
Definition tangency_right : R := 8457215 / 10000000.
Definition meeting_left : R := 135948 / 1000000.
Definition meeting_right : R := 1359494 / 10000000.
Definition meeting_bound : R := 136 / 1000.

Lemma Q_tangency_left : 198854760616 / 1000000000000 <= Q tangency_left <= 198854760617 / 1000000000000.
Proof. unfold tangency_left, Q, phi. split; integral with (i_prec 70, i_fuel 400). Qed.

Lemma Q_tangency_right : 198854063128 / 1000000000000 <= Q tangency_right <= 198854063129 / 1000000000000.
Proof. unfold tangency_right, Q, phi. split; integral with (i_prec 70, i_fuel 400). Qed.

Lemma Q_meeting_left : 445931194588 / 1000000000000 <= Q meeting_left <= 445931194589 / 1000000000000.
Proof. unfold meeting_left, Q, phi. split; integral with (i_prec 70, i_fuel 400). Qed.

Lemma Q_meeting_right : 445930641206 / 1000000000000 <= Q meeting_right <= 445930641207 / 1000000000000.
Proof. unfold meeting_right, Q, phi. split; integral with (i_prec 70, i_fuel 400). Qed.

Lemma Q_meeting_bound : 445910 / 1000000 <= Q meeting_bound <= 445911 / 1000000.
Proof. unfold meeting_bound, Q, phi. split; integral with (i_prec 60). Qed.

Lemma tangency_beyond_inflection : meeting_bound < inflection < tangency_left.
Proof.
  destruct inflection_zero as [[A B] _].
  unfold before_inflection, after_inflection, meeting_bound, tangency_left in *. lra.
Qed.

Lemma slope_at_bound : slope_of_t tangency_right <= slope_of_t meeting_bound.
Proof.
  assert (H := Q_tangency_right). assert (K := Q_meeting_bound). unfold slope_of_t, lam.
  set (q := Q tangency_right) in *. set (r := Q meeting_bound) in *.
  unfold phi, tangency_right, meeting_bound. apply Rle_trans with (8 / 10); interval.
Qed.

Lemma tangent_gap_near (s x y : R) : inflection <= s <= tangency_right -> x <= y <= meeting_bound ->
  tangent_gap s x <= tangent_gap s y.
Proof.
  intros S X. destruct tangency_beyond_inflection as [I _].
  apply tangent_gap_rises; [lra|]. intros z Z.
  assert (A := slope_increases s tangency_right ltac:(lra) ltac:(lra)).
  assert (B := slope_decreases z meeting_bound ltac:(lra) ltac:(lra)).
  assert (C := slope_at_bound). lra.
Qed.

Lemma root_gap_left : root_gap tangency_left < 0.
Proof.
  destruct tangency_beyond_inflection as [I J]. assert (H := Q_tangency_left).
  assert (K := Q_meeting_left). apply Rle_lt_trans with (tangent_gap tangency_left meeting_left).
  - apply tangent_gap_near; [unfold tangency_left, tangency_right in *; lra|].
    split; [apply root_of_t_le; nra|unfold meeting_left, meeting_bound; lra].
  - unfold tangent_gap, slope_of_t, lam. set (q := Q tangency_left) in *.
    set (r := Q meeting_left) in *. unfold phi, tangency_left, meeting_left. interval with (i_prec 70).
Qed.

Lemma root_gap_right : 0 < root_gap tangency_right.
Proof.
  destruct tangency_beyond_inflection as [I J]. assert (H := Q_tangency_right).
  assert (K := Q_meeting_right). assert (B := Q_meeting_bound).
  apply Rlt_le_trans with (tangent_gap tangency_right meeting_right).
  - unfold tangent_gap, slope_of_t, lam. set (q := Q tangency_right) in *.
    set (r := Q meeting_right) in *. unfold phi, tangency_right, meeting_right.
    interval with (i_prec 70).
  - apply tangent_gap_near; [unfold tangency_left, tangency_right in *; lra|].
    split; [apply root_of_t_ge; nra|apply root_of_t_le; nra].
Qed.

Lemma root_gap_zero : exists c, tangency_left < c < tangency_right /\ root_gap c = 0.
Proof.
  apply zero_between; [exact root_gap_derivable| |exact root_gap_left|exact root_gap_right].
  unfold tangency_left, tangency_right. lra.
Qed.

Lemma curvature_at_tangency (z : R) : tangency_left <= z <= tangency_right -> curvature z < 0.
Proof.
  intro Z. assert (M : forall s t, s <= t -> lam s <= lam t).
  { intros s t L. destruct (Req_dec s t) as [->|N]; [lra|]. left. apply lam_incr. lra. }
  assert (A := M tangency_left z (proj1 Z)). assert (B := M z tangency_right (proj2 Z)).
  assert (E := excess_decr tangency_left z (proj1 Z)). assert (P := lam_pos z). assert (G := lam_gt z).
  assert (X : - (lam tangency_left + tangency_left)
    + 2 * (lam tangency_right * lam tangency_right) * (lam tangency_left - tangency_left) < 0).
  { assert (H := Q_tangency_left). assert (K := Q_tangency_right). unfold lam.
    set (q := Q tangency_left) in *. set (r := Q tangency_right) in *.
    unfold phi, tangency_left, tangency_right. interval. }
  assert (Y : 2 * (lam z * lam z) * (lam z - z)
    <= 2 * (lam tangency_right * lam tangency_right) * (lam tangency_left - tangency_left)).
  { apply Rmult_le_compat; [nra|lra| |exact E]. apply Rmult_le_compat_l; [lra|].
    apply Rmult_le_compat; lra. }
  unfold curvature. replace (lam z ^ 2) with (lam z * lam z) by ring. lra.
Qed.

Lemma slope_increases_at_tangency (s t : R) : tangency_left <= s -> s < t -> t <= tangency_right ->
  slope_of_t s < slope_of_t t.
Proof.
  intros S L T.
  apply (increasing_of_derivative slope_of_t _ s t L (fun x _ => slope_of_t_d x)).
  intros x X. assert (C := curvature_at_tangency x ltac:(lra)). assert (P := phi_pos x).
  replace (- (curvature x / phi x)) with (- curvature x / phi x) by (field; lra).
  apply Rdiv_lt_0_compat; lra.
Qed.

Lemma root_gap_sign (c t : R) : tangency_left < c < tangency_right -> root_gap c = 0 ->
  inflection <= t -> 0 <= root_gap t <-> c <= t.
Proof.
  intros C Z T. destruct tangency_beyond_inflection as [I J]. split; intro H.
  - destruct (Rle_dec c t) as [|N]; [assumption|exfalso].
    assert (up : forall r, t < r <= tangency_right -> 0 <= tangent_gap t (root_of_t r)).
    { intros r R. apply (tangent_gap_free t); [exact T|exact H|lra|]. apply root_of_t_incr. lra. }
    destruct (Rlt_dec t tangency_left) as [L|L].
    + assert (A := up tangency_left ltac:(lra)). assert (B := root_of_t_below tangency_left).
      assert (D : tangent_gap t (root_of_t tangency_left) <= root_gap tangency_left).
      { assert (K := Q_tangency_left). assert (V := Q_meeting_bound).
        apply tangent_gap_moves; [exact T|lra|].
        apply Rle_trans with meeting_bound; [apply root_of_t_le; nra|lra]. }
      assert (G := root_gap_left). lra.
    + assert (A := up c ltac:(lra)). assert (K := Q_tangency_right). assert (V := Q_meeting_bound).
      assert (B : root_of_t c <= meeting_bound).
      { apply Rle_trans with (root_of_t tangency_right); [apply root_of_t_incr; lra|].
        apply root_of_t_le. nra. }
      assert (S := slope_increases_at_tangency t c ltac:(lra) ltac:(lra) ltac:(lra)).
      assert (Y := tangent_gap_concave c t ltac:(lra) T).
      assert (Q t < Q (root_of_t c)) by (apply Q_decr; lra).
      unfold root_gap, tangent_gap in *.
      assert (0 < (slope_of_t c - slope_of_t t) * (Q (root_of_t c) - Q t))
        by (apply Rmult_lt_0_compat; lra).
      lra.
  - apply (tangent_gap_free c); [lra|lra|exact H|now apply root_of_t_incr].
Qed.

(* ---- Tangents, in the variable p ---- *)

Lemma tangent_gap_mass (s x : R) : 0 < s < 1 -> 0 < x < 1 ->
  0 <= tangent_gap (- Phi_inv s) (- Phi_inv x) ->
  halfspace_radius x <= halfspace_radius s + halfspace_radius_d1 s * (x - s).
Proof.
  intros S X T. unfold tangent_gap in T. rewrite -!halfspace_radius_Q in T.
  rewrite (Q_of_Phi_inv s S) (Q_of_Phi_inv x X) in T. unfold halfspace_radius_d1. lra.
Qed.

Theorem halfspace_radius_tangent (s x : R) :
  0 < s <= concavity_threshold -> 0 < x <= concavity_threshold ->
  halfspace_radius x <= halfspace_radius s + halfspace_radius_d1 s * (x - s).
Proof.
  intros S X. assert (B := concavity_threshold_bounds). apply tangent_gap_mass; [lra|lra|].
  apply tangent_gap_concave; apply inflection_of_mass; lra.
Qed.

(* s-hat: the largest s whose tangent is above g at sqrt s. *)
Definition assumption_free_threshold : R := largest (fun s => 0 < s <= concavity_threshold /\
  halfspace_radius (sqrt s) <= halfspace_radius s + halfspace_radius_d1 s * (sqrt s - s)).

Lemma root_gap_mass (s : R) : 0 < s < 1 -> root_gap (- Phi_inv s) =
  halfspace_radius s + halfspace_radius_d1 s * (sqrt s - s) - halfspace_radius (sqrt s).
Proof.
  intro S. assert (E := Q_of_Phi_inv s S). unfold root_gap, tangent_gap.
  rewrite -!halfspace_radius_Q Q_root E. reflexivity.
Qed.

Lemma tangency_in_p (c s : R) : tangency_left < c < tangency_right -> root_gap c = 0 ->
  0 < s <= concavity_threshold ->
  halfspace_radius (sqrt s) <= halfspace_radius s + halfspace_radius_d1 s * (sqrt s - s) <-> s <= Q c.
Proof.
  intros C Z S. assert (B := concavity_threshold_bounds). assert (S1 : 0 < s < 1) by lra.
  assert (G := root_gap_mass s S1). assert (E := Q_of_Phi_inv s S1).
  assert (I := proj1 (inflection_of_mass s S1) (proj2 S)).
  assert (W := root_gap_sign c (- Phi_inv s) C Z I). rewrite G in W. split; intro H.
  - assert (L : c <= - Phi_inv s) by (apply W; lra). rewrite -E.
    destruct (Req_dec c (- Phi_inv s)) as [<-|N]; [lra|]. left. apply Q_decr. lra.
  - assert (L : c <= - Phi_inv s) by (apply Q_le_inv; lra). apply W in L. lra.
Qed.

Lemma assumption_free_crossing : exists c, tangency_left < c < tangency_right /\ root_gap c = 0 /\
  assumption_free_threshold = Q c.
Proof.
  destruct root_gap_zero as [c [C Z]]. exists c. split; [exact C|]. split; [exact Z|].
  destruct tangency_beyond_inflection as [_ I]. assert (P := Q_pos c).
  assert (K : 0 < Q c <= concavity_threshold).
  { split; [exact P|]. left. apply Q_decr. lra. }
  apply largest_unique.
  - split; [exact K|]. apply (tangency_in_p c); trivial. lra.
  - intros s [S H]. now apply (tangency_in_p c).
Qed.

Theorem assumption_free_threshold_bounds :
  198854 / 1000000 < assumption_free_threshold < 198855 / 1000000.
Proof.
  destruct assumption_free_crossing as [c [[C1 C2] [_ ->]]].
  assert (A := Q_decr _ _ C1). assert (B := Q_decr _ _ C2).
  assert (H := Q_tangency_left). assert (K := Q_tangency_right). lra.
Qed.

(* The tangent at s is above g at sqrt s exactly for s <= s-hat. *)
Theorem tangency_exact (s : R) : 0 < s <= concavity_threshold ->
  halfspace_radius (sqrt s) <= halfspace_radius s + halfspace_radius_d1 s * (sqrt s - s)
  <-> s <= assumption_free_threshold.
Proof.
  intro S. destruct assumption_free_crossing as [c [C [Z ->]]]. now apply tangency_in_p.
Qed.

Theorem halfspace_radius_tangent_free (s x : R) :
  0 < s <= assumption_free_threshold -> 0 < x -> x * x <= s ->
  halfspace_radius x <= halfspace_radius s + halfspace_radius_d1 s * (x - s).
Proof.
  intros S X XS. assert (B := assumption_free_threshold_bounds).
  destruct assumption_free_crossing as [c [C [Z E]]]. destruct tangency_beyond_inflection as [_ I].
  assert (x < 1 / 2) by nra. rewrite E in S.
  apply tangent_gap_mass; [lra|lra|]. apply (tangent_gap_free c); [lra|lra| |].
  - apply Q_le_inv. rewrite Q_of_Phi_inv; lra.
  - apply root_of_t_le. rewrite Q_of_Phi_inv; lra.
Qed.

(* g is concave on (0, p*]. *)
Theorem halfspace_radius_concave (x y k : R) :
  0 < x <= concavity_threshold -> 0 < y <= concavity_threshold -> 0 <= k <= 1 ->
  k * halfspace_radius x + (1 - k) * halfspace_radius y <= halfspace_radius (k * x + (1 - k) * y).
Proof.
  intros X Y K. set (z := k * x + (1 - k) * y). assert (Z : 0 < z <= concavity_threshold).
  { assert (0 <= k * x <= k * concavity_threshold)
      by (split; [apply Rmult_le_pos|apply Rmult_le_compat_l]; lra).
    assert (0 <= (1 - k) * y <= (1 - k) * concavity_threshold)
      by (split; [apply Rmult_le_pos|apply Rmult_le_compat_l]; lra).
    unfold z. destruct (Req_dec k 0) as [->|N]; [lra|].
    assert (0 < k * x) by (apply Rmult_lt_0_compat; lra). lra. }
  assert (TX := halfspace_radius_tangent z x Z X). assert (TY := halfspace_radius_tangent z y Z Y).
  apply Rmult_le_compat_l with (r := k) in TX; [|lra].
  apply Rmult_le_compat_l with (r := 1 - k) in TY; [|lra].
  assert (E : halfspace_radius_d1 z * (k * (x - z) + (1 - k) * (y - z)) = 0) by (unfold z; ring).
  lra.
Qed.

(* ---- Jensen ---- *)

(* A line b + k x above g on the masses. *)
Theorem sum_le_line (p : list R) (b k : R) :
  (forall x, In x p -> 0 < x /\ halfspace_radius x <= b + k * x) -> sum p = 1 ->
  sum_of integrated_tail p <= b + k * sum_of (fun x => x * x) p.
Proof.
  intros H S. assert (G : sum_of integrated_tail p <= b * sum p + k * sum_of (fun x => x * x) p).
  { clear S. induction p as [|x p IH]; simpl; [lra|].
    destruct (H x (or_introl eq_refl)) as [X L]. specialize (IH (fun y Y => H y (or_intror Y))).
    apply Rmult_le_compat_l with (r := x) in L; [|lra]. unfold halfspace_radius in L.
    replace (x * (integrated_tail x / x)) with (integrated_tail x) in L by (field; lra). lra. }
  rewrite S in G. lra.
Qed.

Lemma collision_le (p : list R) (b : R) : (forall x, In x p -> 0 < x <= b) -> sum p = 1 ->
  0 < sum_of (fun x => x * x) p <= b.
Proof.
  intros H S. split.
  - apply (collision_between (b + 1)); [|exact S]. intros x X. specialize (H x X). lra.
  - apply Rle_trans with (sum_of (fun x => x * b) p); [|rewrite sum_of_scaled S; lra].
    apply sum_of_le. intros x X. specialize (H x X). apply Rmult_le_compat_l; lra.
Qed.

(* sum f(p_i) <= g(sum p_i^2) for masses of at most p*. *)
Theorem sum_le_halfspace_radius (p : list R) :
  (forall x, In x p -> 0 < x <= concavity_threshold) -> sum p = 1 ->
  sum_of integrated_tail p <= halfspace_radius (sum_of (fun x => x * x) p).
Proof.
  intros H S. assert (C := collision_le p _ H S). set (s := sum_of (fun x => x * x) p) in *.
  set (k := halfspace_radius_d1 s).
  assert (L := sum_le_line p (halfspace_radius s - k * s) k). fold s in L.
  assert (sum_of integrated_tail p <= halfspace_radius s - k * s + k * s); [|lra].
  apply L; [|exact S]. intros x X. split; [now apply H|].
  assert (T := halfspace_radius_tangent s x C (H x X)). fold k in T. lra.
Qed.

(* Nothing is assumed of p if sum p_i^2 <= s-hat. *)
Theorem sum_le_halfspace_radius_free (p : list R) : (forall x, In x p -> 0 < x) -> sum p = 1 ->
  sum_of (fun x => x * x) p <= assumption_free_threshold ->
  sum_of integrated_tail p <= halfspace_radius (sum_of (fun x => x * x) p).
Proof.
  intros H S B. set (s := sum_of (fun x => x * x) p) in *. set (k := halfspace_radius_d1 s).
  assert (M := masses_le_root p). assert (P : 0 < s).
  { apply (collision_le p 1); [|exact S]. intros x X. split; [now apply H|].
    rewrite -S. now apply member_le_sum. }
  assert (R : 0 < sqrt s) by (apply sqrt_lt_R0; exact P).
  assert (E : sqrt s * sqrt s = s) by (apply sqrt_sqrt; lra).
  specialize (M (sqrt s) R H). rewrite E in M. fold s in M. specialize (M (Rle_refl s)).
  assert (L := sum_le_line p (halfspace_radius s - k * s) k). fold s in L.
  assert (sum_of integrated_tail p <= halfspace_radius s - k * s + k * s); [|lra].
  apply L; [|exact S]. intros x X. split; [now apply H|]. specialize (M x X).
  assert (T := halfspace_radius_tangent_free s x (conj P B) (H x X) ltac:(nra)). fold k in T. lra.
Qed.
